"""Members live a little on the site, each in a browser of their own."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect


def views(page: Page) -> int:
    return int(page.locator("[data-view-count]").inner_text())


def row_of(page: Page, username: str):
    page.goto("/people/?order=newest")
    return page.locator("li.person").filter(has=page.get_by_text(username, exact=True))


def test_a_day_on_the_site(join, upload):
    mia, noah = join("mia"), join("noah")
    expect(mia.get_by_text("You follow nobody yet")).to_be_visible()

    # Noah uploads a picture, and looks at it twice: once after the upload, once again.
    address = upload(noah, "Harbour at dawn")
    seen = views(noah)
    noah.reload()
    assert views(noah) == seen + 1

    # Mia follows Noah from the list, and unfollows and follows from his page.
    row = row_of(mia, "noah")
    row.get_by_role("button", name="Follow noah").click()
    expect(row.get_by_role("button", name="Unfollow noah")).to_have_attribute(
        "aria-pressed", "true"
    )
    expect(row.locator("[data-follow-count=followers]")).to_have_text("1")
    mia.goto("/people/noah/")
    followers = mia.locator("[data-follow-count=followers]")
    expect(followers).to_have_text("1")
    mia.get_by_role("button", name="Unfollow noah").click()
    expect(followers).to_have_text("0")
    mia.get_by_role("button", name="Follow noah", exact=True).click()
    expect(followers).to_have_text("1")
    mia.reload()
    expect(mia.get_by_role("button", name="Unfollow noah")).to_be_visible()
    expect(mia.locator("[data-follow-count=followers]")).to_have_text("1")

    # Her home page now tells what he did; his picture is one click away.
    mia.goto("/")
    expect(mia.get_by_role("heading", level=1)).to_have_text("What the people you follow did")
    expect(mia.locator(".stream")).to_contain_text("Harbour at dawn")
    mia.locator(".stream").get_by_role("link", name="Harbour at dawn").first.click()
    mia.wait_for_url(address)
    assert views(mia) == seen + 2

    # She likes it, and the number is the server's.
    like = mia.get_by_role("button", name="Like", exact=True)
    like.click()
    expect(mia.get_by_role("button", name="Unlike")).to_have_attribute("aria-pressed", "true")
    expect(mia.locator("[data-like-count]")).to_have_text("1")
    mia.reload()
    expect(mia.get_by_role("button", name="Unlike")).to_be_visible()
    assert views(mia) == seen + 3

    # The ranking has it, with all its views.
    mia.goto("/images/ranking/")
    entry = mia.locator(".ranking li").filter(has_text="Harbour at dawn")
    expect(entry.locator(".rank-views b")).to_have_text(str(seen + 3))

    # Noah follows back and sees on his home page what she did.
    row_of(noah, "mia").get_by_role("button", name="Follow mia").click()
    expect(noah.get_by_role("button", name="Unfollow mia")).to_be_visible()
    noah.goto("/")
    expect(noah.locator(".stream")).to_contain_text(re.compile("mia.*likes", re.DOTALL))
    expect(noah.locator(".stream")).to_contain_text("noah")


def test_without_javascript(join, upload):
    ola, pia = join("ola", java_script_enabled=False), join("pia", java_script_enabled=False)
    address = upload(pia, "Two lemons")

    row_of(ola, "pia").get_by_role("button", name="Follow pia").click()
    expect(ola).to_have_url(re.compile(r"/people/\?order=newest$"))
    expect(row_of(ola, "pia").get_by_role("button", name="Unfollow pia")).to_be_visible()
    ola.goto("/people/pia/")
    expect(ola.locator("[data-follow-count=followers]")).to_have_text("1")
    ola.get_by_role("button", name="Unfollow pia").click()
    expect(ola).to_have_url(re.compile("/people/pia/$"))
    expect(ola.locator("[data-follow-count=followers]")).to_have_text("0")

    ola.goto(address)
    ola.get_by_role("button", name="Like", exact=True).click()
    expect(ola).to_have_url(address)
    expect(ola.locator("[data-like-count]")).to_have_text("1")
    ola.get_by_role("button", name="Unlike").click()
    expect(ola.locator("[data-like-count]")).to_have_text("0")


def test_a_double_click_is_one_click(join):
    join("quinn")
    rosa = join("rosa")
    rosa.goto("/people/quinn/")

    rosa.get_by_role("button", name="Follow quinn").dblclick()

    expect(rosa.get_by_role("button", name="Unfollow quinn")).to_be_visible()
    # The number is the server's word: before it, a reload could overtake the click.
    expect(rosa.locator("[data-follow-count=followers]")).to_have_text("1")
    rosa.reload()
    expect(rosa.locator("[data-follow-count=followers]")).to_have_text("1")


@pytest.mark.parametrize("failure", ["network", "server", "refused"])
def test_a_failed_click_rolls_back_and_says_so(join, failure):
    name, other = f"sam-{failure}", f"tess-{failure}"
    join(other)
    sam = join(name, watched=False)  # the console reports the failure too, rightly
    sam.goto(f"/people/{other}/")
    answers = {
        "network": lambda route: route.abort(),
        "server": lambda route: route.fulfill(status=500, body="<h1>Broken</h1>"),
        "refused": lambda route: route.fulfill(
            status=400, json={"status": "error", "code": "limit", "message": "Enough is enough."}
        ),
    }
    sam.route("**/follow/", answers[failure])

    sam.get_by_role("button", name=f"Follow {other}").click()

    said = "Enough is enough." if failure == "refused" else "That did not work. Please try again."
    expect(sam.locator(".follow-form [role=status]")).to_have_text(said)
    button = sam.get_by_role("button", name=f"Follow {other}", exact=True)
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(sam.locator("[data-follow-count=followers]")).to_have_text("0")


def test_signed_out_readers_are_asked_to_sign_in(open_browser, join):
    join("uma")
    guest = open_browser()

    row_of(guest, "uma").get_by_role("link", name="Follow").click()

    expect(guest).to_have_url(re.compile(r"/login/\?next=/people/"))


def test_phone_width_has_no_sideways_scrolling(join, upload):
    viv = join("viv", viewport={"width": 390, "height": 844})
    address = upload(viv, "A title that is long enough to need two or three lines on a small phone")

    for path in ("/", "/people/", "/people/viv/", "/images/", "/images/ranking/", address):
        viv.goto(path)
        width = viv.evaluate("document.documentElement.scrollWidth")
        assert width <= 390, f"{path} is {width} px wide"
