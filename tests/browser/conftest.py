"""A real Chromium on the real example site, which runs in a process of its own."""

from __future__ import annotations

import io
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

SITE = Path(__file__).resolve().parents[2] / "example_project"
PASSWORD = "two-words-and-7"
# The machine may have no network at all: the browser must not look for one.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an empty site with a database and files of its own."""
    data = tmp_path_factory.mktemp("site")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "DATA_DIR": str(data),
        "DATABASE_URL": f"sqlite:///{data / 'db.sqlite3'}",
        "DEBUG": "1",
    }
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "migrate", "-v0"], cwd=SITE, env=environment, check=True)
    with (data / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [*manage, "runserver", "--noreload", f"127.0.0.1:{port}"],
            cwd=SITE,
            env=environment,
            stdout=log,
            stderr=log,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/images/", server)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=10)
    log = (data / "server.log").read_text()
    assert "Traceback" not in log, log


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(150):
        assert server.poll() is None, "the site did not start"
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"{url} does not answer")


def chromium_path() -> str:
    path = (
        os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    )
    assert path, "Chromium is not installed: apt install chromium"
    return path


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        yield chromium
        chromium.close()


def browser_agent(browser: Browser) -> str:
    return (
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
        f"Chrome/{browser.version} Safari/537.36"
    )


@pytest.fixture
def open_browser(site: str, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page in a context of its own, and fail on whatever its console complains about."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(watched: bool = True, **options: Any) -> Page:
        # That of a headless browser is on the list of robots, whose views do not count.
        agent = {"user_agent": browser_agent(browser)}
        context = browser.new_context(base_url=site, **(agent | options))
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if watched:
            page.on(
                "console",
                lambda message: complaints.append(message.text) if message.type == "error" else 0,
            )
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def join(open_browser: Callable[..., Page]) -> Callable[..., Page]:
    """Register a member in a browser of their own."""

    def join_site(username: str, **options: Any) -> Page:
        page = open_browser(**options)
        page.goto("/register/")
        page.get_by_label("Username").fill(username)
        page.get_by_label("E-mail address").fill(f"{username}@example.com")
        page.locator("#id_password1").fill(PASSWORD)
        page.locator("#id_password2").fill(PASSWORD)
        page.get_by_role("button", name="Create my account").click()
        page.get_by_role("button", name="Sign out").wait_for()
        return page

    return join_site


@pytest.fixture
def upload() -> Callable[[Page, str], str]:
    """Put a picture on the site as the member of this page; return the path of its own page."""

    def upload_picture(page: Page, title: str) -> str:
        buffer = io.BytesIO()
        Image.new("RGB", (320, 240), "teal").save(buffer, "PNG")
        page.goto("/images/new/")
        page.get_by_label("Title").fill(title)
        page.get_by_label("Or a file from your device").set_input_files(
            {"name": "picture.png", "mimeType": "image/png", "buffer": buffer.getvalue()}
        )
        page.get_by_role("button", name="Add it").click()
        page.get_by_role("heading", name=title, level=1).wait_for()
        return page.url

    return upload_picture
