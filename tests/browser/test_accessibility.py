"""No page breaks a rule of axe-core: as a guest, as a member, in both colour schemes."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import axe_playwright_python
import pytest

from .pages import VIEWERS, show

ONLY_VIOLATIONS = {"resultTypes": ["violations"]}


@cache
def axe_script() -> str:
    return next(Path(axe_playwright_python.__file__).parent.glob("**/axe*.js")).read_text()


def assert_no_violations(page) -> None:
    page.evaluate(axe_script())
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = page.evaluate("options => axe.run(options)", ONLY_VIOLATIONS)
        broken = [
            f"{rule['id']}: {node['html']} {node['failureSummary']}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]
        assert broken == [], f"{page.url}, {scheme}"


@pytest.mark.parametrize("name", VIEWERS)
def test_pages(open_browser, enter, name):
    # The console tells of an error page's status, too.
    page = enter(name, watched=False) if name else open_browser(watched=False)
    for path, status in VIEWERS[name]:
        show(page, path, status)
        assert_no_violations(page)


def test_open_menus(enter):
    page = enter("iris")
    page.goto("/people/mateo/")
    page.locator("main summary").click()
    assert_no_violations(page)

    show(page, "~/people/iris/ .card h3 a")
    page.locator("main summary").click()
    assert_no_violations(page)


FORMS = {
    "/profile/": "Save",
    "/profile/lists/": "Follow them",
    "/password/": "Change it",
    "/images/new/": "Add it",
}
GUEST_FORMS = {
    "/login/": "Sign in",
    "/register/": "Create my account",
    "/password/reset/": "Send me the link",
}


@pytest.mark.parametrize("name", ["", "iris"])
def test_forms_with_errors(open_browser, enter, name):
    page = enter(name, watched=False) if name else open_browser(watched=False)
    for path, button in (FORMS if name else GUEST_FORMS).items():
        page.goto(path)
        page.locator("main form").evaluate("form => form.noValidate = true")
        for field in page.locator("main form input[type=email]").all():
            field.fill("nobody")
        page.locator("main").get_by_role("button", name=button).click()
        page.locator(".errorlist").first.wait_for()
        assert_no_violations(page)


def test_a_refused_click(enter):
    page = enter("iris", watched=False)
    page.goto("/people/ann/")
    page.route("**/follow/", lambda route: route.abort())
    page.get_by_role("button", name="Unfollow").click()
    page.get_by_text("That did not work").wait_for()
    assert_no_violations(page)


def test_an_empty_site(open_browser, empty_site):
    page = open_browser(at=empty_site)
    for path in ("/images/", "/images/ranking/", "/people/"):
        show(page, path)
        page.locator(".empty").wait_for()
        assert_no_violations(page)
