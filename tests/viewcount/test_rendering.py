from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from datetime import date
from typing import Any

import pytest
from django.utils import translation

from django_viewcount.counts import Point
from django_viewcount.rendering import compact, grouped, sparkline


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1_000, "1K"),
        (1_049, "1K"),
        (1_999, "1.9K"),
        (12_345, "12.3K"),
        (99_999, "99.9K"),
        (123_456, "123K"),
        (999_999, "999K"),
        (1_000_000, "1M"),
        (1_250_000_000, "1.2B"),
        (5_000_000_000_000, "5,000B"),
        (-1_500, "-1.5K"),
    ],
)
def test_compact(number: int, text: str) -> None:
    with translation.override("en"):
        assert compact(number) == text


def test_compact_in_another_language() -> None:
    with translation.override("de"):
        assert compact(1_234) == "1,2K"
        assert grouped(1_234) == "1.234"


def points(*views: int) -> list[Point]:
    return [Point(date(2026, 1, day), number, 0) for day, number in enumerate(views, 1)]


def parsed(svg: str) -> tuple[Any, str, list[tuple[float, float]]]:
    root = ElementTree.fromstring(svg)
    title, line = root
    assert (title.tag, line.tag) == ("title", "polyline")
    places = [tuple(map(float, place.split(","))) for place in line.attrib["points"].split()]
    return root, title.text or "", places  # type: ignore[return-value]


def test_sparkline() -> None:
    with translation.override("en"):
        root, title, places = parsed(sparkline(points(0, 5, 1_000), 103, 23))

    assert root.attrib["role"] == "img"
    assert title == "Views in each of the last 3 days: 1,005 in all, from 0 to 1,000."
    assert [x for x, _ in places] == [1.5, 51.5, 101.5]
    assert [y for _, y in places] == [21.5, 21.4, 1.5]


@pytest.mark.parametrize("views", [(), (0,), (7,), (0, 0, 0)])
def test_sparkline_of_little(views: tuple[int, ...]) -> None:
    _, title, places = parsed(sparkline(points(*views)))

    assert title
    assert all(0 <= x <= 120 and 0 <= y <= 24 for x, y in places)
    if len(views) == 1:
        assert title == f"Views in the last day: {views[0]}."
        assert len(places) == 2
