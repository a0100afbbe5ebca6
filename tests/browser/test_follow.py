"""The lists and forms of django_follow in a real browser: with and without a script, in the look of
the example site and in the app's own."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from .conftest import SITE, wait_for

APP = SITE.parent / "src" / "django_follow"
PAGES = ["followers/{id}", "following/{id}", "requests", "requests/sent", "blocked", "muted"]
PAGES = [f"/follow/{path}/" for path in [*PAGES, "suggestions"]]
# What is checked by axe: the other pages are made of the same parts.
SCHEMES = {"followers": ["light", "dark"], "requests": ["dark"], "muted": ["light"]}
LONG = "a-name-as-long-as-somebody-who-tests-the-width-of-a-phone-may-choose"
MEMBERS = ["amy", "ben", "cal", "dot", "eve", "fay", "gus", "hal", "ivy", "jo", "kit", "lou", LONG]
PRIVATE = ["eve", "gus", "jo", "lou"]

SETTINGS = f"""
from bookmarks.settings import *

FOLLOW_REQUIRES_APPROVAL = lambda follower, followee: followee.username in {PRIVATE!r}
TEMPLATES[0]["DIRS"].insert(0, DATA_DIR / "templates")
"""
# The look of the example site, or with ?look=plain.html that of the app.
BASE = """{% extends request.GET.look|default:"base.html" %}
{% block title %}{{ heading }}{% endblock %}
"""
POPULATE = f"""
import json, sys

import django

django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore

from account.services import register
from django_follow.api import block, follow, mute

keys = {{}}
for name in {MEMBERS!r}:
    member = register(User(username=name))
    session = SessionStore()
    session[SESSION_KEY] = str(member.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = member.get_session_auth_hash()
    session.create()
    keys[name] = [member.pk, session.session_key]
# Lists for the pages that are only looked at: every list of lou has somebody.
by_name = {{member.username: member for member in User.objects.all()}}
lou, kit, ivy = by_name["lou"], by_name["kit"], by_name["ivy"]
follow(lou, kit)
follow(kit, by_name[{LONG!r}])
follow(kit, ivy)
follow(lou, by_name["jo"])
follow(by_name[{LONG!r}], lou)
mute(lou, by_name["hal"])
block(lou, by_name["gus"])
json.dump(keys, open(sys.argv[1], "w"))
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("follow")
    templates = path / "templates" / "django_follow"
    templates.mkdir(parents=True)
    (path / "follow_settings.py").write_text(SETTINGS)
    (path / "populate.py").write_text(POPULATE)
    (templates / "base.html").write_text(BASE)
    plain = (APP / "templates" / "django_follow" / "base.html").read_text()
    icon = '<link rel="icon" href="/static/site/icon.svg">'  # which a browser asks for anyway
    (path / "templates" / "plain.html").write_text(plain.replace("<head>", f"<head>{icon}"))
    return path


@pytest.fixture(scope="module")
def site(data: Path) -> Iterator[str]:
    """The address of a site of this module's own, with members, some of them private."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "DATA_DIR": str(data),
        "DATABASE_URL": f"sqlite:///{data / 'db.sqlite3'}",
        "DEBUG": "1",
        "DJANGO_SETTINGS_MODULE": "follow_settings",
        "PYTHONPATH": os.pathsep.join([str(data), str(SITE)]),
    }
    options: dict[str, Any] = {"cwd": SITE, "env": environment}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], check=True, **options)
    script = [sys.executable, str(data / "populate.py"), str(data / "keys.json")]
    subprocess.run(script, check=True, **options)
    command = [sys.executable, "manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"]
    with (data / "server.log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, **options)
    try:
        wait_for(f"http://127.0.0.1:{port}/images/", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=10)
    assert "Traceback" not in (data / "server.log").read_text()


@pytest.fixture
def enter(
    site: str, data: Path, open_browser: Callable[..., Page]
) -> Callable[..., tuple[Page, int]]:
    """Open a browser as a member; return its page and the member's key."""
    keys = json.loads((data / "keys.json").read_text())

    def enter_site(username: str, **options: Any) -> tuple[Page, int]:
        page = open_browser(**options)
        pk, session = keys[username]
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": site}])
        return page, pk

    return enter_site


def row_of(page: Page, username: str):
    link = page.get_by_role("link", name=username, exact=True)
    return page.locator("[data-follow-row]").filter(has=link)


def test_every_button_and_number_of_a_person_is_true(enter):
    amy, pk = enter("amy")
    ben, _ = enter("ben")
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

    amy.goto(f"/follow/following/{pk}/")
    expect(row_of(amy, "ben").get_by_text("Follows you")).to_have_count(0)


def test_a_block_ends_everything_and_says_nothing(enter):
    cal, _ = enter("cal")
    dot, _ = enter("dot", watched=False)
    dot.goto("/people/cal/")
    cal.goto("/people/dot/")
    cal.get_by_role("button", name="Follow dot").click()
    expect(cal.locator("[data-follow-count=followers]")).to_have_text("1")

    cal.get_by_text("More").click()
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


def test_a_request_is_answered(enter):
    eve, _ = enter("eve")
    fay, pk = enter("fay")
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
    fay.goto(f"/follow/following/{pk}/")
    expect(fay.get_by_role("button", name="Unfollow eve")).to_be_visible()


@pytest.mark.parametrize("failure", ["network", "server"])
def test_a_failure_rolls_back_and_says_so(enter, failure):
    ivy, _ = enter("ivy", watched=False)
    ivy.goto("/people/hal/")
    ivy.get_by_text("More").click()

    def fail(route):
        if failure == "network":
            route.abort()
        else:
            route.fulfill(status=500, body="<h1>Broken</h1>")

    ivy.route("**/follow/", fail)

    mute = ivy.get_by_role("button", name="Mute hal", exact=True)
    mute.dblclick()

    failed = "That did not work. Please try again."
    expect(ivy.get_by_role("status").filter(has_text=failed)).to_be_visible()
    expect(mute).to_have_attribute("aria-pressed", "false")
    ivy.unroute("**/follow/")
    mute.click()
    unmute = ivy.get_by_role("button", name="Unmute hal")
    expect(unmute).to_have_attribute("aria-pressed", "true")
    expect(ivy.locator("[data-busy]")).to_have_count(0)
    expect(ivy.get_by_text(failed)).to_have_count(0)
    unmute.click()
    expect(mute).to_be_visible()
    expect(ivy.locator("[data-busy]")).to_have_count(0)
    ivy.reload()
    expect(unmute).to_have_count(0)


def test_clicks_on_one_person_are_sent_one_after_the_other(enter):
    """Else the answer to the first may come last, and show what is no longer so."""
    kit, _ = enter("kit")
    kit.goto("/people/fay/")
    kit.get_by_text("More").click()
    sent = []

    def hold_the_first(route):
        sent.append(route)
        if len(sent) > 1:
            route.continue_()

    kit.route("**/follow/", hold_the_first)

    kit.get_by_role("button", name="Follow fay").click()
    kit.get_by_role("button", name="Block fay").click()
    kit.wait_for_timeout(100)

    assert len(sent) == 1
    sent[0].continue_()
    expect(kit.get_by_role("button", name="Unblock fay")).to_have_count(2)
    expect(kit.locator("[data-follow-count=followers]")).to_have_text("0")


def test_without_javascript(enter):
    hal, _ = enter("hal", java_script_enabled=False)
    gus, _ = enter("gus", java_script_enabled=False)
    hal.goto("/people/gus/")
    hal.get_by_role("button", name="Follow gus").click()
    expect(hal).to_have_url(re.compile("/people/gus/$"))
    expect(hal.get_by_role("button", name="Requested gus")).to_be_visible()

    gus.goto("/follow/requests/")
    gus.get_by_role("button", name="Accept hal").click()
    expect(gus).to_have_url(re.compile("/follow/requests/$"))
    expect(gus.get_by_text("Nobody asks to follow you.")).to_be_visible()

    gus.goto("/people/hal/")
    gus.get_by_text("More").click()
    gus.get_by_label("for").select_option("a week")
    gus.get_by_role("button", name="Mute hal").click()
    gus.goto("/follow/muted/")
    expect(row_of(gus, "hal").get_by_text("until")).to_be_visible()
    row_of(gus, "hal").get_by_role("button", name="Unmute hal").click()
    expect(gus.get_by_text("You mute nobody.")).to_be_visible()


def test_the_script_of_the_tutorial(enter):
    """It sends FormData and the token, and reads `status`."""
    jo, _ = enter("jo")
    jo.goto("/people/ivy/")

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


@pytest.mark.parametrize("look", ["", "?look=plain.html"])
def test_no_page_breaks_a_rule_nor_is_too_wide(enter, look):
    phone = {"width": 390, "height": 844}
    lou, pk = enter("lou", viewport=phone, reduced_motion="reduce")  # colours change at once
    requested = []
    lou.on("request", lambda request: requested.append(request.url))
    for path in PAGES:
        path = path.format(id=pk) + look
        assert lou.goto(path).ok, path
        width = lou.evaluate("document.documentElement.scrollWidth")
        assert width <= 390, f"{path} is {width} px wide"
        for scheme in SCHEMES.get(path.split("/")[2], []):
            lou.emulate_media(color_scheme=scheme)
            found = Axe().run(lou)
            assert found.violations_count == 0, f"{path}, {scheme}: {found.generate_report()}"
    assert all(url.startswith("http://127.0.0.1:") for url in requested)


def test_the_open_menu_breaks_no_rule_nor_is_too_wide(enter):
    lou, _ = enter("lou", viewport={"width": 390, "height": 844})
    lou.goto("/people/kit/")

    lou.get_by_text("More").click()

    expect(lou.get_by_role("button", name="Block kit")).to_be_visible()
    assert lou.evaluate("document.documentElement.scrollWidth") <= 390
    found = Axe().run(lou)
    assert found.violations_count == 0, found.generate_report()
