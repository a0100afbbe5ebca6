"""Every page of the site, as `(path, status)`, for the tests that look at all of them.

A path that begins with `~` is what its page links to: no test knows the number of a picture.
"""

from __future__ import annotations

from playwright.sync_api import Page

from .server.names import LONG_NAME

TO_ALL = [
    ("/images/", 200),
    ("/images/?page=2", 200),
    ("~/people/ann/ .card h3 a", 200),
    ("/images/ranking/", 200),
    ("/images/ranking/?period=day", 200),
    ("/images/ranking/?period=century", 400),
    ("/people/", 200),
    ("/people/?order=newest", 200),
    ("/people/?q=nobody+at+all", 200),
    ("/people/ann/", 200),
    ("/people/iris/", 200),
    (f"/people/{LONG_NAME}/", 200),
    ("/nowhere/", 404),
    ("/logout/", 405),
    ("/broken/", 500),
    ("/password/reset/", 200),
    ("/password/reset/sent/", 200),
    ("/password/reset/x/y/", 200),
]
TO_GUESTS = [*TO_ALL, ("/login/", 200), ("/register/", 200)]
TO_MEMBERS = [
    *TO_ALL,
    ("/", 200),
    ("/you/", 200),
    ("/profile/", 200),
    ("/profile/lists/", 200),
    ("/password/", 200),
    ("/images/new/", 200),
    ("/images/new/?url=http://example.com/a.png&title=A", 200),
    ("/images/mine/", 200),
    ("~/people/iris/ .card h3 a", 200),
    ("/people/fatima/", 200),
    ("~/people/iris/ a[href*='/follow/followers/']", 200),
    ("~/people/iris/ a[href*='/follow/following/']", 200),
    ("/follow/requests/", 200),
    ("/follow/requests/sent/", 200),
    ("/follow/suggestions/", 200),
    ("/follow/muted/", 200),
    ("/follow/blocked/", 200),
]
# The pages of somebody who has done nothing yet, and to whom nobody has done anything.
EMPTY = [
    ("/you/", 200),
    ("/images/mine/", 200),
    ("/people/nell/", 200),
    ("/follow/requests/sent/", 200),
    ("/follow/muted/", 200),
    ("/follow/blocked/", 200),
    ("~/people/nell/ a[href*='/follow/following/']", 200),
]
VIEWERS = {"": TO_GUESTS, "iris": TO_MEMBERS, "nell": EMPTY}


def show(page: Page, path: str, status: int = 200) -> None:
    """Go to one of these pages."""
    if path.startswith("~"):
        start, link = path[1:].split(" ", 1)
        page.goto(start)
        path = page.locator(link).first.get_attribute("href") or ""
    answer = page.goto(path)
    assert answer is not None, path
    assert answer.status == status, path
