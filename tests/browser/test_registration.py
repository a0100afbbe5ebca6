"""To register, to sign in, and passwords."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.policy import default

import pytest
from playwright.sync_api import expect

from .members import OWN_PASSWORD


def sign_in(page, name: str, password: str = OWN_PASSWORD) -> None:
    page.goto("/login/")
    page.get_by_label("Username or e-mail").fill(name)
    page.get_by_label("Password").fill(password)
    page.locator("main").get_by_role("button", name="Sign in").click()


def test_register(open_browser):
    page = open_browser(watched=False)  # the console tells of the answer 400
    page.goto("/register/")
    page.get_by_label("Username").fill("not a name")
    page.get_by_label("E-mail address").fill("olga@example.com")
    page.locator("#id_password1").fill(OWN_PASSWORD)
    page.locator("#id_password2").fill(OWN_PASSWORD)
    page.get_by_role("button", name="Create my account").click()
    wrong = page.get_by_label("Username")
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(wrong).to_have_accessible_description(re.compile("Begin with a letter or digit"))

    wrong.fill("olga")
    page.locator("#id_password1").fill(OWN_PASSWORD)
    page.locator("#id_password2").fill(OWN_PASSWORD)
    page.get_by_role("button", name="Create my account").click()
    expect(page.get_by_role("status").first).to_contain_text("Welcome, olga.")
    expect(page.get_by_role("heading", level=1)).to_have_text("What happened on the site")


@pytest.mark.parametrize("name", ["pavel", "Pavel@Example.com"])
def test_sign_in(join, name):
    username = f"pavel{len(name)}"
    page = join(username, watched=False)
    page.goto("/")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()

    name = name.lower().replace("pavel", username)
    sign_in(page, name, "wrong")
    expect(page.locator(".errorlist")).to_contain_text("do not match")
    sign_in(page, name)
    expect(page.get_by_role("link", name=username)).to_be_visible()


def test_signing_in_leads_where_one_wanted_to_go(enter):
    page = enter("nell")
    page.context.clear_cookies(name="sessionid")
    page.goto("/profile/lists/")
    page.get_by_label("Username or e-mail").fill("nell@example.com")
    page.get_by_label("Password").fill("timehut")
    page.locator("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your lists as files")


def test_change_the_password(join):
    page = join("rita")
    page.goto("/people/rita/")
    page.get_by_role("link", name="Edit your profile").click()
    page.get_by_role("link", name="Change your password").click()
    page.get_by_label("Old password").fill(OWN_PASSWORD)
    page.locator("#id_new_password1").fill("three-words-and-8")
    page.locator("#id_new_password2").fill("three-words-and-8")
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_role("status")).to_contain_text("Your password is changed.")

    page.get_by_role("button", name="Sign out").click()
    sign_in(page, "rita", "three-words-and-8")
    expect(page.get_by_role("link", name="rita")).to_be_visible()


def test_reset_the_password_by_mail(join, data):
    page = join("sven")
    page.goto("/")
    page.get_by_role("button", name="Sign out").click()
    page.goto("/login/")
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("Email").fill("sven@example.com")
    page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail")

    letters = [message_from_bytes(f.read_bytes(), policy=default) for f in data.glob("mail/*")]
    letter = next(each for each in letters if each["To"] == "sven@example.com")
    text = letter.get_content()
    assert "Your username is sven." in text
    page.goto(re.search(r"http://\S+", text)[0])
    page.locator("#id_new_password1").fill("four-words-and-9")
    page.locator("#id_new_password2").fill("four-words-and-9")
    page.locator("main form button").click()
    expect(page.get_by_role("status")).to_contain_text("Your password is set.")
    sign_in(page, "sven", "four-words-and-9")
    expect(page.get_by_role("link", name="sven")).to_be_visible()


@pytest.mark.parametrize("name", ["", "nell"])
def test_language(open_browser, enter, name):
    page = enter(name) if name else open_browser()
    page.goto("/people/?order=newest")
    page.get_by_role("button", name="Español").click()
    expect(page).to_have_url(re.compile(r"/people/\?order=newest$"))
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.get_by_role("button", name="Español")).to_have_attribute("aria-current", "true")
    page.goto("/images/")
    expect(page.locator("html")).to_have_attribute("lang", "es")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
