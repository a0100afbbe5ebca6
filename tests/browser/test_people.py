"""Profiles, private members, the people list, lists as files, and feeds."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

from playwright.sync_api import expect

from .members import follow_from_list, picture_file, upload


def test_profile(join):
    abel = join("abel")
    abel.goto("/people/abel/")
    abel.get_by_role("link", name="Edit your profile").click()
    abel.get_by_label("First name").fill("Abel")
    abel.get_by_label("Last name").fill("Magwitch")
    abel.get_by_label("Photo").set_input_files(picture_file())
    abel.get_by_label("About me").fill("Keeps to himself.")
    abel.get_by_role("button", name="Save").click()

    expect(abel.get_by_role("heading", level=1)).to_have_text("Abel Magwitch")
    expect(abel.get_by_text("Keeps to himself.")).to_be_visible()
    photo = abel.locator("header.profile img.avatar")
    assert photo.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0


def test_private_member(join, open_browser):
    """Others see nothing; they ask, which the header tells; whoever is accepted sees everything."""
    beth, carl, guest = join("beth"), join("carl"), open_browser()
    address = upload(beth, "Not for everybody")
    beth.goto("/profile/")
    beth.get_by_label("Private").check()
    beth.get_by_role("button", name="Save").click()
    expect(beth.get_by_text("· private")).to_be_visible()

    for page in (carl, guest):
        page.goto("/people/beth/")
        expect(page.get_by_text("to their followers only")).to_be_visible()
        expect(page.get_by_text("Not for everybody")).to_have_count(0)
        page.goto("/images/")
        expect(page.get_by_text("Not for everybody")).to_have_count(0)
        assert page.request.get(address).status == 404

    carl.goto("/people/beth/")
    carl.get_by_role("button", name="Follow beth").click()
    expect(carl.get_by_role("button", name="Requested beth")).to_be_visible()
    carl.locator("[data-busy]").wait_for(state="detached")
    beth.goto("/")
    beth.get_by_role("link", name="1 request").click()
    beth.get_by_role("button", name="Accept carl").click()
    expect(beth.get_by_text("Accepted")).to_be_visible()
    beth.reload()
    expect(beth.get_by_role("link", name="1 request")).to_have_count(0)

    carl.reload()
    expect(carl.get_by_role("button", name="Unfollow beth")).to_be_visible()
    carl.get_by_role("link", name="Not for everybody").first.click()
    expect(carl.get_by_role("heading", level=1)).to_have_text("Not for everybody")


def test_find_people(enter):
    nell = enter("nell")
    nell.goto("/people/")
    nell.get_by_role("searchbox", name="Name").fill("kell ANN")
    nell.get_by_role("searchbox", name="Name").press("Enter")
    expect(nell.locator("li.person h2")).to_have_text(["Ann Keller"])
    nell.get_by_role("link", name="Newest").click()
    expect(nell.get_by_role("searchbox", name="Name")).to_have_value("kell ANN")
    expect(nell.locator("li.person h2")).to_have_text(["Ann Keller"])


def test_followers_you_know(join):
    dora, emil = join("dora"), join("emil")
    join("fred")
    follow_from_list(dora, "emil")
    follow_from_list(emil, "fred")
    dora.goto("/people/fred/")
    expect(dora.get_by_text("Followed by emil, whom you follow")).to_be_visible()


def test_muted_members_leave_the_home_page(join):
    gina, hugo = join("gina"), join("hugo")
    upload(hugo, "Far too loud")
    follow_from_list(gina, "hugo")
    gina.goto("/people/hugo/")
    gina.locator("main summary").click()
    gina.get_by_role("button", name="Mute hugo", exact=True).click()
    expect(gina.get_by_role("button", name="Unmute hugo")).to_be_visible()
    gina.locator("[data-busy]").wait_for(state="detached")
    gina.goto("/")
    expect(gina.get_by_text("Far too loud")).to_have_count(0)


def test_blocked_members_do_not_meet(join):
    ida, jack = join("ida"), join("jack")
    address = upload(ida, "Behind the hedge")
    jack.goto(address)
    ida.goto("/people/jack/")
    ida.locator("main summary").click()
    ida.get_by_role("button", name="Block jack", exact=True).click()
    expect(ida.get_by_role("button", name="Unblock jack").first).to_be_visible()
    ida.locator("[data-busy]").wait_for(state="detached")

    assert jack.request.get(address).status == 404
    jack.goto("/people/ida/")
    expect(jack.get_by_text("There is a block between you")).to_be_visible()


def test_lists_as_files(join, tmp_path):
    kate, liam = join("kate"), join("liam")
    follow_from_list(kate, "liam")
    kate.goto("/people/kate/")
    kate.get_by_role("link", name="Edit your profile").click()
    kate.get_by_role("link", name="Your lists as files").click()
    with kate.expect_download() as download:
        kate.get_by_role("link", name="Whom you follow").click()
    assert download.value.suggested_filename == "following.csv"
    file = tmp_path / "following.csv"
    download.value.save_as(file)
    assert "liam" in file.read_text()

    # Liam gets the file, which has a line for somebody who is not here.
    file.write_text(file.read_text().replace("liam", "kate") + "nobody-here,true,false,\n")
    liam.goto("/profile/lists/")
    liam.get_by_label("CSV file").set_input_files(Path(file))
    liam.get_by_role("button", name="Follow them").click()
    said = liam.get_by_role("status")
    expect(said).to_contain_text("You now follow 1 more person.")
    expect(said).to_contain_text("Line 3: nobody-here")
    liam.goto("/people/kate/")
    expect(liam.get_by_role("button", name="Unfollow kate")).to_be_visible()


def test_feed(open_browser):
    page = open_browser()
    page.goto("/people/ann/")
    address = page.get_by_role("link", name="RSS").get_attribute("href")
    assert page.locator("link[type='application/rss+xml']").get_attribute("href") == address

    channel = ElementTree.fromstring(page.request.get(address).text())[0]

    assert "Ann" in channel.findtext("title")
    first = channel.find("item")
    assert re.search("likes|bookmarked|following|joined", first.findtext("title"))
    assert page.request.get(first.findtext("link")).ok
