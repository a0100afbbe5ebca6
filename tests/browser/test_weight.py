"""What a page weighs, and that its console is silent. (Requests to other hosts fail any test.)"""

from __future__ import annotations

import pytest

from .pages import VIEWERS, show

MOST = 150_000  # bytes of HTML, CSS and JavaScript, before any compression
SIZES = """() => Object.fromEntries(
  [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .filter((one) => ["navigation", "link", "script"].includes(one.initiatorType))
    .map((one) => [one.name, one.decodedBodySize]))"""


@pytest.mark.parametrize("name", VIEWERS)
def test_pages(open_browser, enter, name):
    page = enter(name) if name else open_browser()
    for path, status in VIEWERS[name]:
        if status == 200:  # of the others the console tells, and they are the smallest pages
            show(page, path)
            sizes = page.evaluate(SIZES)
            assert sum(sizes.values()) < MOST, f"{path}: {sizes}"
