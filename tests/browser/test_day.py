"""Members live a day on the site, each in a browser of their own."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from .members import follow_from_list, upload


def views(page: Page) -> int:
    return int(page.locator("[data-view-count]").inner_text())


def test_a_day_on_the_site(join):
    mia, noah = join("mia"), join("noah")
    mia.goto("/")
    expect(mia.get_by_text("You follow nobody yet")).to_be_visible()

    # Noah uploads a picture and looks at it: twice, which is one visitor.
    address = upload(noah, "Harbour at dawn")
    noah.goto(address)
    assert views(noah) == 1
    noah.reload()
    assert views(noah) == 2
    expect(noah.locator("[data-visitor-count]")).to_have_text("1")
    expect(noah.locator(".sparkline svg")).to_be_visible()

    # Mia follows Noah from the list, and unfollows and follows from his page.
    mia.goto("/people/?order=newest")
    row = mia.locator("li.person").filter(has=mia.get_by_text("noah", exact=True))
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

    # Her home page now tells what he did; his picture is one click away.
    mia.goto("/")
    expect(mia.get_by_role("heading", level=1)).to_have_text("What the people you follow did")
    mia.locator(".stream").get_by_role("link", name="Harbour at dawn").first.click()
    mia.wait_for_url(f"**{address}")
    assert views(mia) == 3
    expect(mia.locator("[data-visitor-count]")).to_have_text("2")

    # She likes it, and the number is the server's; then she is among those who like it.
    mia.get_by_role("button", name="Like", exact=True).click()
    expect(mia.get_by_role("button", name="Unlike")).to_have_attribute("aria-pressed", "true")
    expect(mia.locator("[data-like-count]")).to_have_text("1")
    mia.reload()
    expect(mia.get_by_role("button", name="Unlike")).to_be_visible()
    expect(mia.locator(".faces")).to_contain_text("mia")

    # The ranking of today has it, with all its views; so has his own list.
    noah.goto("/images/mine/")
    entry = noah.locator(".ranking li").filter(has_text="Harbour at dawn")
    expect(entry.locator(".rank-views b")).to_have_text("4")

    # Noah sees what was done to him, follows back, and sees what she did.
    noah.goto("/you/")
    expect(noah.locator(".stream")).to_contain_text(re.compile("mia.*likes.*Harbour at dawn", re.S))
    expect(noah.locator(".stream")).to_contain_text(re.compile("mia.*is following.*noah", re.S))
    follow_from_list(noah, "mia")
    noah.goto("/")
    expect(noah.locator(".stream")).to_contain_text(re.compile("mia.*likes", re.S))

    # He takes the picture back, and it is gone for her, too.
    noah.goto(address)
    noah.locator("main summary").click()
    noah.get_by_role("button", name="Delete this picture").click()
    expect(noah.get_by_role("status")).to_contain_text("“Harbour at dawn” is deleted.")
    mia.goto("/people/noah/")
    expect(mia.get_by_role("link", name="Harbour at dawn")).to_have_count(0)


def test_only_the_owner_is_offered_to_delete(enter):
    nell = enter("nell")
    nell.goto("/images/")
    nell.locator(".card h2 a").last.click()
    expect(nell.get_by_role("button", name="Like", exact=True)).to_be_visible()
    expect(nell.get_by_role("button", name="Delete")).to_have_count(0)
