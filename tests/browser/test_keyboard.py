"""Members who use no mouse."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from .members import OWN_PASSWORD, upload

OUTLINE = """() => {
  const {outlineStyle, outlineWidth} = getComputedStyle(document.activeElement);
  return [outlineStyle, outlineWidth];
}"""


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until this has the focus, which must be seen on everything on the way."""
    for _ in range(60):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
        style, width = page.evaluate(OUTLINE)
        text = page.evaluate("document.activeElement.outerHTML")
        assert (style, float(width.removesuffix("px")) >= 2) == ("solid", True), text
    raise AssertionError(f"Tab does not reach {target}")


def test_keyboard_only(join, open_browser):
    owner = join("olaf")
    address = upload(owner, "A gate")
    join("nora")
    page = open_browser()

    page.goto("/login/?next=/people/olaf/")
    tab_to(page, page.get_by_label("Username or e-mail"))
    page.keyboard.type("nora")
    tab_to(page, page.get_by_label("Password"))
    page.keyboard.type(OWN_PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("olaf")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    follow = page.get_by_role("button", name="Follow olaf")
    tab_to(page, follow)
    page.keyboard.press("Enter")
    unfollow = page.get_by_role("button", name="Unfollow olaf")
    expect(unfollow).to_be_focused()
    expect(page.locator("[data-follow-count=followers]")).to_have_text("1")

    tab_to(page, page.locator("summary"))
    page.keyboard.press("Enter")
    mute = page.get_by_role("button", name="Mute olaf")
    expect(mute).to_be_visible()
    tab_to(page, mute)
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Unmute olaf")).to_be_focused()
    expect(page.locator("[data-busy]")).to_have_count(0)

    page.goto(address)
    tab_to(page, page.get_by_role("button", name="Like", exact=True))
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Unlike")).to_be_focused()
    expect(page.locator("[data-like-count]")).to_have_text("1")


def test_answered_requests_keep_the_focus(join):
    pete, quin = join("pete", private=True), join("quin")
    quin.goto("/people/pete/")
    quin.get_by_role("button", name="Follow pete").click()
    expect(quin.get_by_role("button", name="Requested pete")).to_be_visible()
    quin.locator("[data-busy]").wait_for(state="detached")
    pete.goto("/follow/requests/")
    tab_to(pete, pete.get_by_role("button", name="Accept quin"))
    pete.keyboard.press("Enter")
    expect(pete.get_by_text("Accepted")).to_be_focused()
