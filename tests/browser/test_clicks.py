"""Follow and like buttons when clicks are many, the network slow, the server broken, or one goes
away and comes back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .members import picture_file


def test_a_double_click_is_one_click(button):
    button.named(button.off).dblclick()
    button.is_on()
    button.page.reload()
    button.is_on()


FAILED = "That did not work. Please try again."
ANSWERS = {
    "network": (lambda route: route.abort(), FAILED),
    "server": (lambda route: route.fulfill(status=500, body="<h1>Broken</h1>"), FAILED),
    "refused": (
        lambda route: route.fulfill(status=400, json={"code": "no", "message": "Enough."}),
        "Enough.",
    ),
}


@pytest.mark.parametrize("failure", ANSWERS)
def test_a_failed_click_rolls_back_and_says_so(button, failure):
    answer, said = ANSWERS[failure]
    button.page.route(button.path, answer)
    button.named(button.off).click()
    expect(button.page.locator("form[data-busy]")).to_have_count(0)
    expect(button.page.locator("form").get_by_role("status")).to_have_text(said)
    button.is_off()

    button.page.unroute(button.path)
    button.named(button.off).click()
    button.is_on()
    expect(button.page.get_by_text(said)).to_have_count(0)


def test_slow_network(button):
    """The button shows at once what it will be, and that it works; one more click does nothing."""
    held = []
    button.page.route(button.path, lambda route: held.append(route))
    button.named(button.off).click()

    on = button.named(button.on)
    expect(on).to_have_attribute("aria-pressed", "true")
    expect(on).to_have_css("cursor", "progress")
    expect(on).to_have_css("opacity", "0.7")
    on.click()
    on.press("Enter")
    expect(on).to_have_attribute("aria-pressed", "true")
    assert len(held) == 1

    held[0].continue_()
    button.is_on()
    expect(on).to_have_css("cursor", "pointer")
    button.page.reload()
    button.is_on()


def test_whoever_leaves_at_once_has_clicked(button):
    button.named(button.off).click(no_wait_after=True)
    button.page.goto("/images/ranking/")
    for _ in range(20):  # the click is on its way
        button.page.goto(button.address)
        if button.named(button.on).is_visible():
            break
    button.is_on()


def test_a_form_is_sent_once(join):
    """Two clicks on a button that loads a page would else add two pictures."""
    page, held = join("twice"), []
    page.goto("/images/new/")
    page.get_by_label("Title").fill("Seen double")
    page.get_by_label("Or a file from your device").set_input_files(picture_file())
    page.route("**/images/new/", lambda route: held.append(route))
    add = page.get_by_role("button", name="Add it")
    add.scroll_into_view_if_needed()
    box = add.bounding_box()
    for _ in range(2):  # with the mouse: a locator would wait for the page to come
        page.mouse.click(box["x"] + 20, box["y"] + 20)
        page.wait_for_timeout(300)
    assert len(held) == 1

    held[0].continue_()
    expect(page.get_by_role("heading", level=1)).to_have_text("Seen double")


def test_a_guest_is_asked_to_sign_in(open_browser):
    guest = open_browser()
    guest.goto("/people/ann/")
    guest.get_by_role("link", name="Follow Ann").click()
    expect(guest).to_have_url(re.compile(r"/login/\?next=/people/ann/"))
    guest.goto("/images/")
    guest.locator(".card h2 a").first.click()
    guest.get_by_role("link", name="Like", exact=True).click()
    expect(guest).to_have_url(re.compile(r"/login/\?next=/images/\d+/"))
