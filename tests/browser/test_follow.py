"""The lists and forms of django_follow: what one click changes, everywhere on a page."""

from __future__ import annotations

from playwright.sync_api import expect

from .pages import show
from .test_accessibility import assert_no_violations
from .test_phone import PHONE, faults

PAGES = ["requests", "requests/sent", "blocked", "muted", "suggestions"]


def row_of(page, username):
    link = page.get_by_role("link", name=username, exact=True)
    return page.locator("[data-follow-row]").filter(has=link)


def test_every_button_and_number_of_a_person_is_true(join):
    amy = join("amy")
    ben = join("ben")
    ben.goto("/people/amy/")
    ben.get_by_role("button", name="Follow amy").dblclick()
    expect(ben.get_by_role("button", name="Unfollow amy")).to_have_attribute("aria-pressed", "true")
    expect(ben.locator("[data-follow-count=followers]")).to_have_text("1")

    amy.goto("/people/amy/")
    amy.get_by_role("link", name="1 followers").click()
    row, tabs = row_of(amy, "ben"), amy.get_by_role("navigation", name="Lists of people")
    row.get_by_role("button", name="Follow ben").click()
    expect(row.get_by_role("button", name="Unfollow ben")).to_be_visible()
    expect(tabs.get_by_role("link", name="Following 1")).to_be_visible()
    row.get_by_role("button", name="Remove ben").click()
    expect(row.get_by_role("status").filter(has_text="Removed")).to_be_focused()
    expect(row.get_by_role("button", name="Remove ben")).to_be_hidden()
    expect(tabs.get_by_role("link", name="Followers 0")).to_be_visible()

    tabs.get_by_role("link", name="Following 1").click()
    expect(row_of(amy, "ben").get_by_text("Follows you")).to_have_count(0)


def test_a_block_ends_everything_and_says_nothing(join):
    cal = join("cal")
    dot = join("dot", watched=False)
    dot.goto("/people/cal/")
    cal.goto("/people/dot/")
    cal.get_by_role("button", name="Follow dot").click()
    expect(cal.locator("[data-follow-count=followers]")).to_have_text("1")

    cal.locator("main summary").click()
    cal.get_by_role("button", name="Block dot").click()

    unblock = cal.get_by_role("button", name="Unblock dot")
    expect(unblock).to_have_count(2)  # in the place of the follow button, and in the menu
    expect(cal.locator("[data-follow-count=followers]")).to_have_text("0")
    dot.get_by_role("button", name="Follow cal").click()
    expect(dot.get_by_role("status")).to_have_text("You cannot follow this person.")
    expect(dot.get_by_role("button", name="Follow cal")).to_have_attribute("aria-pressed", "false")

    unblock.first.click()
    expect(cal.get_by_role("button", name="Follow dot")).to_be_visible()
    cal.get_by_role("button", name="Block dot", exact=True).click()
    expect(unblock).to_have_count(2)
    cal.goto("/follow/blocked/")
    unblock.click()
    expect(cal.get_by_role("button", name="Follow dot")).to_be_visible()


def test_a_request_is_answered(join):
    eve = join("eve", private=True)
    fay = join("fay")
    fay.goto("/people/eve/")
    fay.get_by_role("button", name="Follow eve").click()
    expect(fay.get_by_role("button", name="Requested eve")).to_be_visible()
    expect(fay.locator("[data-follow-count=followers]")).to_have_text("0")
    fay.get_by_role("button", name="Requested eve").click()
    expect(fay.get_by_role("button", name="Follow eve")).to_be_visible()
    fay.get_by_role("button", name="Follow eve").click()
    expect(fay.get_by_role("button", name="Requested eve")).to_be_visible()

    eve.goto("/follow/requests/")
    row = row_of(eve, "fay")
    row.get_by_role("button", name="Accept fay").click()

    expect(row.get_by_role("status")).to_have_text("Accepted")
    expect(row.get_by_role("button")).to_have_count(0)
    expect(eve.get_by_role("link", name="Followers 1")).to_be_visible()
    eve.reload()
    expect(eve.get_by_text("Nobody asks to follow you.")).to_be_visible()
    fay.goto("/people/fay/")
    fay.get_by_role("link", name="1 Following").click()
    expect(fay.get_by_role("button", name="Unfollow eve")).to_be_visible()


def test_a_failed_click_in_the_menu_rolls_back_and_says_so(join):
    ivy = join("ivy", watched=False)
    ivy.goto("/people/mateo/")
    ivy.locator("main summary").click()

    ivy.route("**/follow/", lambda route: route.fulfill(status=500, body="<h1>Broken</h1>"))

    mute = ivy.get_by_role("button", name="Mute Mateo Fuentes", exact=True)
    mute.dblclick()

    failed = "That did not work. Please try again."
    expect(ivy.get_by_role("status").filter(has_text=failed)).to_be_visible()
    expect(mute).to_have_attribute("aria-pressed", "false")
    ivy.unroute("**/follow/")
    mute.click()
    unmute = ivy.get_by_role("button", name="Unmute Mateo Fuentes")
    expect(unmute).to_have_attribute("aria-pressed", "true")
    expect(ivy.locator("[data-busy]")).to_have_count(0)
    expect(ivy.get_by_text(failed)).to_have_count(0)
    unmute.click()
    expect(mute).to_be_visible()
    expect(ivy.locator("[data-busy]")).to_have_count(0)
    ivy.reload()
    expect(unmute).to_have_count(0)


def test_clicks_on_one_person_are_sent_one_after_the_other(join):
    """Else the answer to the first may come last, and show what is no longer so."""
    kit = join("kit")
    kit.goto("/people/priya/")
    kit.locator("main summary").click()
    sent = []

    def hold_the_first(route):
        sent.append(route)
        if len(sent) > 1:
            route.continue_()

    kit.route("**/follow/", hold_the_first)

    kit.get_by_role("button", name="Follow Priya Raghunathan").click()
    kit.get_by_role("button", name="Block Priya Raghunathan").click()
    kit.wait_for_timeout(100)

    assert len(sent) == 1
    sent[0].continue_()
    expect(kit.get_by_role("button", name="Unblock Priya Raghunathan")).to_have_count(2)
    kit.goto("/people/kit/")
    expect(kit.locator("[data-follow-count=following]")).to_have_text("0")


def test_the_script_of_the_tutorial(join):
    """It sends FormData and the token, and reads `status`."""
    jo = join("jo")
    jo.goto("/people/kwame/")

    answer = jo.evaluate(
        """async () => {
          const form = document.querySelector("form[data-follow=follow]");
          const body = new FormData();
          body.append("id", form.elements.id.value);
          body.append("action", "follow");
          const response = await fetch("/follow/", {
            method: "POST",
            headers: {"X-CSRFToken": form.elements.csrfmiddlewaretoken.value},
            mode: "same-origin",
            body,
          });
          return response.json();
        }"""
    )

    assert (answer["status"], answer["following"]) == ("ok", True)


def test_the_look_of_the_app(enter):
    """Where the project has no base template of its own."""
    iris = enter("iris", **PHONE)
    iris.goto("/people/iris/")
    followers = iris.locator("a[href*='/follow/followers/']").get_attribute("href")
    pages = [f"/follow/{name}/" for name in PAGES]
    for path in (followers, followers.replace("followers", "following"), *pages):
        show(iris, f"{path}?look=templates/django_follow/base.html")
        assert iris.locator("link[href*='follow.css']").count() == 1
        assert faults(iris) == []
        assert_no_violations(iris)
