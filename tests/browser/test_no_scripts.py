"""Everything works in a browser without JavaScript."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .members import picture_file, send, upload


@pytest.fixture
def join_plainly(join):
    return lambda name, **options: join(name, java_script_enabled=False, **options)


def test_follow_and_like(join_plainly):
    ola, pia = join_plainly("ola"), join_plainly("pia")
    address = upload(pia, "Two lemons")

    ola.goto("/people/?order=newest")
    ola.get_by_role("button", name="Follow pia").click()
    expect(ola).to_have_url(re.compile(r"/people/\?order=newest$"))
    ola.get_by_role("link", name="pia", exact=True).click()
    expect(ola.locator("[data-follow-count=followers]")).to_have_text("1")
    ola.get_by_role("button", name="Unfollow pia").click()
    expect(ola).to_have_url(re.compile("/people/pia/$"))
    expect(ola.locator("[data-follow-count=followers]")).to_have_text("0")

    ola.goto(address)
    ola.get_by_role("button", name="Like", exact=True).click()
    expect(ola).to_have_url(re.compile(f"{address}$"))
    expect(ola.locator("[data-like-count]")).to_have_text("1")
    ola.goto("/images/ranking/")
    ola.go_back(wait_until="commit")
    ola.get_by_role("button", name="Unlike").click()
    expect(ola.locator("[data-like-count]")).to_have_text("0")


def test_requests_and_the_menu(join_plainly):
    tess, ulf = join_plainly("tess"), join_plainly("ulf", private=True)
    tess.goto("/people/ulf/")
    tess.get_by_role("button", name="Follow ulf").click()
    expect(tess.get_by_role("button", name="Requested ulf")).to_be_visible()

    ulf.goto("/")
    ulf.get_by_role("link", name="1 request").click()
    ulf.get_by_role("button", name="Accept tess").click()
    expect(ulf.get_by_text("Nobody asks to follow you.")).to_be_visible()
    ulf.goto("/people/tess/")
    ulf.locator("main summary").click()
    ulf.get_by_label("How long").select_option("for a week")
    ulf.get_by_role("button", name="Mute tess").click()
    ulf.goto("/follow/muted/")
    expect(ulf.get_by_text("until")).to_be_visible()
    ulf.get_by_role("button", name="Unmute tess").click()
    expect(ulf.get_by_text("You mute nobody.")).to_be_visible()


def test_pages_of_pictures(open_browser):
    page = open_browser(java_script_enabled=False)
    page.goto("/images/")
    first = page.locator(".card h2 a").first.get_attribute("href")
    page.get_by_role("link", name="Next").click()
    expect(page).to_have_url(re.compile(r"/images/\?page=2$"))
    assert page.locator(".card h2 a").first.get_attribute("href") != first
    page.get_by_role("link", name="Previous").click()
    expect(page.locator(".card h2 a").first).to_have_attribute("href", first)


def test_mark_as_read(join_plainly):
    vera, walt = join_plainly("vera"), join_plainly("walt")
    upload(walt, "Early fog")
    vera.goto("/people/walt/")
    vera.get_by_role("button", name="Follow walt").click()
    vera.goto("/")
    vera.get_by_role("button", name="Mark all as read").click()
    upload(walt, "Late fog")
    vera.goto("/")
    expect(vera.get_by_text("1 new since your last visit")).to_be_visible()
    vera.reload()
    expect(vera.get_by_text("1 new since your last visit")).to_be_visible()
    vera.get_by_role("button", name="Mark all as read").click()
    expect(vera).to_have_url(re.compile("/$"))
    expect(vera.get_by_text("new since your last visit")).to_have_count(0)


def test_add_and_delete_a_picture(join_plainly):
    xeno = join_plainly("xeno")
    xeno.goto("/images/new/")
    xeno.get_by_label("Title").fill("Soon gone")
    xeno.get_by_label("Or a file from your device").set_input_files(picture_file())
    xeno.get_by_role("button", name="Add it").click()
    xeno.locator("main summary").click()
    xeno.get_by_role("button", name="Delete this picture").click()
    expect(xeno.get_by_role("status")).to_contain_text("“Soon gone” is deleted.")


def test_other_forms(open_browser):
    page = open_browser(java_script_enabled=False)
    page.goto("/login/")
    page.get_by_label("Username or e-mail").fill("nell")
    page.get_by_label("Password").fill("timehut")
    page.locator("main").get_by_role("button", name="Sign in").click()
    page.goto("/people/")
    page.get_by_role("searchbox").fill("keller")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("li.person")).to_have_count(1)
    page.get_by_role("button", name="Español").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    send(page, "/language/", language="en", next="/")
    page.goto("/")
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/images/$"))
