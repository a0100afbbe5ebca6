"""A robot follows every link, and loads every picture, script, style and feed."""

from __future__ import annotations

import re
import shutil
from collections import deque
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest

from .running import running

ATTRIBUTES = {"href", "src"}


class Links(HTMLParser):
    """The addresses in a page, and the names that are in it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.names = {""}
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        for name, value in attributes:
            if name in ATTRIBUTES and value and not value.startswith(("javascript:", "data:")):
                self.found.append(value)
            if name == "id" and value:
                self.names.add(value)


@pytest.fixture(scope="module")
def site(populated, tmp_path_factory):
    """A site that no other test makes larger."""
    data = shutil.copytree(populated, tmp_path_factory.mktemp("links"), dirs_exist_ok=True)
    with running(data) as address:
        yield address


@pytest.mark.parametrize("name", ["", "iris"])
def test_no_link_is_broken(open_browser, enter, site, name):
    page = enter(name) if name else open_browser()
    found, broken = {f"{site}/"}, []
    waiting = deque(found)
    while waiting:
        url = waiting.popleft()
        answer = page.request.get(url)
        if answer.status >= 400:
            broken.append(f"{answer.status} {url}")
        if "html" not in answer.headers["content-type"]:
            continue
        links = Links(answer.text())
        for link in links.found:
            address, fragment = urldefrag(urljoin(answer.url, link))
            if address == urldefrag(answer.url)[0] and fragment not in links.names:
                broken.append(f"{url} has no #{fragment}")
            # Each page has a link to sign in, which leads back to it.
            address = re.sub(r"(/login/\?next=).*", r"\1/", address)
            if urlsplit(address).netloc == urlsplit(site).netloc and address not in found:
                found.add(address)
                waiting.append(address)
    assert broken == []
    assert len([url for url in found if re.search(r"/images/\d+/[^/]+/$", url)]) >= 30
    assert any("/rss/" in url for url in found)
