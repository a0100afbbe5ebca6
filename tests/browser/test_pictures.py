"""Pictures: from a file, from an address, in pages without end, in the ranking."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from .elsewhere import serving
from .members import picture_file


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    with serving() as address:
        yield address


def test_upload(join):
    tina = join("tina")
    tina.goto("/")
    tina.get_by_role("link", name="Add a picture").click()
    tina.get_by_label("Title").fill("Two lemons")
    tina.get_by_label("Description").fill("On a plate.")
    tina.get_by_label("Or a file from your device").set_input_files(picture_file())
    tina.get_by_role("button", name="Add it").click()

    expect(tina.get_by_role("heading", level=1)).to_have_text("Two lemons")
    expect(tina.get_by_role("status").first).to_contain_text("Your picture is on the site.")
    picture = tina.get_by_role("img", name="On a plate.")
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 320


def test_from_an_address(join, elsewhere):
    ugo = join("ugo", watched=False)  # the console tells of the answer 400
    ugo.goto("/images/new/")
    ugo.get_by_label("Title").fill("From elsewhere")
    ugo.get_by_label("Address of the picture").fill(f"{elsewhere}/nothing.png")
    ugo.get_by_role("button", name="Add it").click()
    address = ugo.get_by_label("Address of the picture")
    expect(address).to_have_accessible_description(re.compile("This address answers 404"))

    address.fill(f"{elsewhere}/red.png")
    ugo.get_by_role("button", name="Add it").click()
    expect(ugo.get_by_role("heading", level=1)).to_have_text("From elsewhere")
    source = ugo.get_by_role("link", name="Where it comes from")
    expect(source).to_have_attribute("href", f"{elsewhere}/red.png")


def test_scrolling_has_no_end(enter):
    nell = enter("nell")
    nell.goto("/images/")
    cards = nell.locator(".card h2 a")
    expect(cards).to_have_count(24)

    nell.mouse.wheel(0, 20_000)

    expect(nell.get_by_text("Page 2 of")).to_be_visible()
    links = [card.get_attribute("href") for card in cards.all()]
    assert len(links) > 24
    assert len(set(links)) == len(links)
    expect(nell.get_by_role("status")).to_have_text("More pictures are below.")
    assert "page=2" not in nell.url


def test_ranking(enter):
    nell = enter("nell")
    nell.goto("/images/ranking/")
    expect(nell.get_by_role("link", name="This week")).to_have_attribute("aria-current", "true")
    for period, address in (("All time", "all"), ("Trending", "trending"), ("Today", "day")):
        nell.get_by_role("link", name=period).click()
        expect(nell).to_have_url(re.compile(f"period={address}$"))
        expect(nell.get_by_role("link", name=period)).to_have_attribute("aria-current", "true")

    nell.get_by_role("link", name="All time").click()
    numbers = [int(text) for text in nell.locator(".rank-views b").all_inner_texts()]
    assert len(numbers) == 10
    assert numbers == sorted(numbers, reverse=True)
