"""Pages that count themselves, on a small site of their own."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext

from .running import ARGUMENTS, browser_agent, chromium_path, running

BACK = "window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))"


@pytest.fixture(scope="module")
def beacons(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data = tmp_path_factory.mktemp("beacons")
    with running(data, "-m", "tests.browser.beacons", str(data), ready="/counts/") as address:
        yield address


class Since:
    """What the site has seen since the test began."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.before = self.look()

    def look(self) -> dict[str, list[Any]]:
        with urllib.request.urlopen(f"{self.site}/counts/", timeout=5) as answer:
            found: dict[str, list[Any]] = json.load(answer)
        return found

    def views(self) -> list[int]:
        """How often each of the three was viewed."""
        pairs = zip(self.look()["views"], self.before["views"], strict=True)
        return [now - then for now, then in pairs]

    def told(self) -> list[str]:
        """What pages have posted and told."""
        return self.look()["told"][len(self.before["told"]) :]

    def become(self, *expected: int) -> None:
        """Wait for views to arrive, and a little longer for one too many."""
        for _ in range(200):
            if self.views() == list(expected):
                break
            time.sleep(0.05)
        time.sleep(0.2)
        assert self.views() == list(expected)


@pytest.fixture
def since(beacons: str) -> Since:
    return Since(beacons)


@pytest.fixture
def context(beacons: str, browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=beacons, user_agent=browser_agent(browser))
    yield context
    context.close()


def test_page_counts_itself(context: BrowserContext, since: Since) -> None:
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))

    page.goto("/page/1/")
    since.become(1, 0, 0)
    page.reload()
    since.become(2, 0, 0)

    assert since.told() == ["/views/", "/views/"]
    assert complaints == []
    assert context.cookies() == []
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_several_beacons_are_one_request(context: BrowserContext, since: Since) -> None:
    context.new_page().goto("/page/3/")

    since.become(1, 1, 1)
    assert since.told() == ["/views/batch/"]


def test_page_counts_only_after_so_many_seconds(context: BrowserContext, since: Since) -> None:
    page = context.new_page()
    page.goto("/page/1/?after=60")
    time.sleep(0.3)
    since.become(0, 0, 0)
    page.goto("/page/1/?after=0.3")
    since.become(1, 0, 0)


def test_page_in_the_background_waits(context: BrowserContext, since: Since) -> None:
    page = context.new_page()
    page.add_init_script(
        "Object.defineProperty(document, 'visibilityState',"
        " {get: () => window.hiddenForNow === false ? 'visible' : 'hidden'});"
    )
    page.goto("/page/1/")
    since.become(0, 0, 0)
    page.evaluate(
        "window.hiddenForNow = false; document.dispatchEvent(new Event('visibilitychange'))"
    )
    since.become(1, 0, 0)


def test_page_from_the_browsers_memory_is_viewed_again(
    context: BrowserContext, since: Since
) -> None:
    page = context.new_page()
    page.goto("/page/1/")
    since.become(1, 0, 0)
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow'))")  # the first load's
    since.become(1, 0, 0)
    page.evaluate(BACK)
    since.become(2, 0, 0)
    page.evaluate(BACK)
    since.become(3, 0, 0)


def test_page_that_comes_back_before_its_seconds_are_over_counts_once(
    context: BrowserContext, since: Since
) -> None:
    page = context.new_page()
    page.goto("/page/1/?after=0.8")
    page.evaluate(BACK)
    since.become(1, 0, 0)


def test_prerendered_page_counts_when_it_is_shown(
    browser: Browser, beacons: str, since: Since, tmp_path: Path
) -> None:
    """In a browser that nobody steers: with a debugger attached it prepares no page."""
    command = [chromium_path(), *ARGUMENTS, "--headless=new", f"--user-data-dir={tmp_path}"]
    command += [f"--user-agent={browser_agent(browser)}", f"{beacons}/other/"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as alone:
        try:
            for _ in range(200):
                if since.told():
                    break
                time.sleep(0.05)
            assert since.told() == ["prepared"]
            assert since.views() == [0, 0, 0]
            since.become(1, 0, 0)
            assert sorted(since.told()) == ["/views/", "prepared", "shown"]
        finally:
            alone.kill()
