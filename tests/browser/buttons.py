"""Follow and like buttons, for tests of what holds for both."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .members import upload


@dataclass
class Button:
    """One of the two buttons, on the page where it stands."""

    page: Page
    address: str
    off: str
    on: str
    count: str
    path: str

    def named(self, name: str) -> Any:
        return self.page.get_by_role("button", name=name, exact=True)

    def is_off(self, number: int = 0) -> None:
        expect(self.named(self.off)).to_have_attribute("aria-pressed", "false")
        expect(self.page.locator(self.count)).to_have_text(str(number))

    def is_on(self, number: int = 1) -> None:
        expect(self.named(self.on)).to_have_attribute("aria-pressed", "true")
        expect(self.page.locator(self.count)).to_have_text(str(number))


@pytest.fixture(params=["follow", "like"])
def button(request, join):
    """A button in the browser of a member of this test's own."""
    kind = request.param
    test = re.sub(r"\W|test|_", "-", request.node.name).strip("-")[:60]
    name, other = f"a-{test}", f"b-{test}"
    owner, page = join(other), join(name, watched=False)  # the console tells of failures, rightly
    if kind == "follow":
        path, count = "**/follow/", "[data-follow-count=followers]"
        address, off, on = f"/people/{other}/", f"Follow {other}", f"Unfollow {other}"
    else:
        path, count = "**/images/like/", "[data-like-count]"
        address, off, on = upload(owner, "A view"), "Like", "Unlike"
    page.goto(address)
    return Button(page, address, off, on, count, path)
