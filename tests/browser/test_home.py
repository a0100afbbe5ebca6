"""The home page: what is new, also while it is open."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from .members import follow_from_list, upload

HALF_A_MINUTE = 30_000


def read(page: Page, path: str = "/") -> None:
    """Look at a page of news until the site knows that it was read."""
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.goto(path)


def test_new_since_the_last_visit(join):
    uma, vic = join("uma"), join("vic")
    upload(vic, "First light")
    follow_from_list(uma, "vic")
    read(uma)
    expect(uma.get_by_text("since your last visit")).to_have_count(0)

    upload(vic, "Second light")
    upload(vic, "Third light")
    read(uma)
    expect(uma.locator(".news")).to_have_text("2 new since your last visit")
    # What one member did with several pictures is one entry.
    entry = uma.locator(".stream li").filter(has_text="vic bookmarked")
    expect(entry).to_have_count(1)
    expect(entry).to_contain_text("Third light")

    read(uma)
    expect(uma.get_by_text("since your last visit")).to_have_count(0)


def test_news_while_the_page_is_open(join):
    wim, xia = join("wim"), join("xia")
    follow_from_list(wim, "xia")
    upload(xia, "Low tide")
    wim.clock.install()
    wim.goto("/")
    link = wim.get_by_role("status").get_by_role("link")
    expect(link).to_have_count(0)

    upload(xia, "High tide")
    wim.clock.run_for(HALF_A_MINUTE)
    expect(link).to_have_text("Show 1 new")
    upload(xia, "Slack water")
    wim.clock.run_for(HALF_A_MINUTE)
    expect(link).to_have_text("Show 2 new")

    link.click()
    expect(wim.locator(".stream")).to_contain_text("Slack water")


def test_what_others_did_to_you(join):
    yan, zoe = join("yan"), join("zoe")
    yan.goto("/you/")
    expect(yan.get_by_text("Nobody has followed you")).to_be_visible()
    address = upload(yan, "Three pears")
    zoe.goto(address)
    zoe.get_by_role("button", name="Like", exact=True).click()
    expect(zoe.locator("[data-like-count]")).to_have_text("1")

    read(yan, "/")
    yan.get_by_role("link", name="To you").click()
    expect(yan.locator(".stream")).to_contain_text(re.compile("zoe.*likes.*Three pears", re.S))
    expect(yan.locator(".stream")).not_to_contain_text("bookmarked")


def test_older_entries_have_a_page_of_their_own(enter):
    nell = enter("nell")
    nell.goto("/")
    first = nell.locator(".stream").inner_text()
    nell.get_by_role("link", name="Older").click()
    expect(nell.get_by_role("link", name="Newest")).to_be_visible()
    assert nell.locator(".stream").inner_text() != first
    nell.get_by_role("link", name="Newest").click()
    expect(nell).to_have_url(re.compile("/$"))
