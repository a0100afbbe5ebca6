"""A real Chromium on the real example site, which runs in a process of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from .buttons import button  # noqa: F401
from .members import OWN_PASSWORD, PASSWORD, send
from .running import ARGUMENTS, browser_agent, chromium_path, manage, running


@pytest.fixture(scope="session")
def populated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Database and files of a site with some members, to be copied."""
    data = tmp_path_factory.mktemp("populated")
    script = "from tests.browser.server.populate import populate; populate()"
    manage(data, "shell", "-c", script)
    return data


@pytest.fixture(scope="session")
def data(populated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the site of these tests keeps what it has."""
    return shutil.copytree(populated, tmp_path_factory.mktemp("site"), dirs_exist_ok=True)


@pytest.fixture(scope="session")
def site(data: Path) -> Iterator[str]:
    """The address of the site."""
    with running(data) as address:
        yield address


@pytest.fixture
def empty_site(tmp_path: Path) -> Iterator[str]:
    """The address of another site, on which nobody has been yet."""
    manage(tmp_path, "migrate", "-v0")
    with running(tmp_path) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=chromium_path(),
            args=ARGUMENTS,
            # People's browsers keep the last pages, and bring them back as they were.
            ignore_default_args=["--disable-back-forward-cache"],
        )
        yield chromium
        chromium.close()


@pytest.fixture
def open_browser(site: str, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page in a context of its own.

    In the end, fail on whatever its console complained of, on a crash of the site, and on a
    request to another host. One that is not `watched` may have errors in its console.
    """
    contexts, complaints = [], []

    def open_page(watched: bool = True, at: str = site, also: str = site, **options: Any) -> Page:
        # That of a headless browser is on the list of robots, whose views do not count.
        agent = {"user_agent": browser_agent(browser)}
        context = browser.new_context(base_url=at, **(agent | options))
        contexts.append(context)
        context.set_default_timeout(15_000)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        if watched:

            def hear(message: Any) -> None:
                if message.type in ("error", "warning"):
                    complaints.append(f"{message.type}: {message.text}")

            context.on("console", hear)

        def see(request: Any) -> None:
            if not request.url.startswith((at, also, "data:", "blob:")):
                complaints.append(f"another host: {request.url}")

        context.on("request", see)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def join(open_browser: Callable[..., Page]) -> Callable[..., Page]:
    """Open a browser as a new member. Names are their own in each test: all share one site."""

    def join_site(username: str, private: bool = False, **options: Any) -> Page:
        page = open_browser(**options)
        page.request.get("/register/")
        email = f"{username}@example.com"
        passwords = {"password1": OWN_PASSWORD, "password2": OWN_PASSWORD}
        send(page, "/register/", username=username, email=email, **passwords)
        page.request.get("/")  # which says welcome
        if private:
            send(page, "/profile/", email=email, private="on")
        return page

    return join_site


@pytest.fixture
def enter(open_browser: Callable[..., Page]) -> Callable[..., Page]:
    """Open a browser as one of those who were on the site from its beginning.

    Iris is one of whom every page has something to show, Nell one of whom none has.
    """

    def enter_site(username: str, **options: Any) -> Page:
        page = open_browser(**options)
        page.request.get("/login/")
        send(page, "/login/", username=username, password=PASSWORD)
        return page

    return enter_site
