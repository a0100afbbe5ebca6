"""How often objects were viewed, and by how many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple, TypeVar, cast

from django.db import models

from .backends import get_backend
from .backends.base import Day
from .clock import hour_of, last_days, moment, site_day, start_of_hour
from .exceptions import UnknownPeriod
from .targets import (
    DEFAULT_COUNTER,
    Target,
    attribute_of,
    checked_number,
    target_of,
    write_alias,
)

HOURS = 48
MOST_DAYS = 3660

_Page = TypeVar("_Page", bound="Iterable[models.Model | None]")


class Point(NamedTuple):
    """The views of one day or hour."""

    start: date | datetime
    """The day, or the moment at which the hour begins."""
    views: int
    uniques: int | None
    """Unique visitors of the day; None for an hour, which does not know them."""


def get_views(
    obj: models.Model,
    *,
    counter: str = DEFAULT_COUNTER,
    start: date | None = None,
    end: date | None = None,
    using: str | None = None,
) -> int:
    """Return how often an object was viewed: the same before, during and after a flush.

    From `start` to `end` (days of the site's time zone, both included) where they are given; one
    alone is open to the other side. Without Redis, what the database holds. Costs one round trip
    and one query. Raises UnsavedObject, UnsupportedKey, UnknownCounter, or UnknownPeriod for an end
    before the start.
    """
    target, alias = target_of(obj, counter), write_alias(using)
    if start is None and end is None:
        return get_backend().totals([target], alias)[target]
    return sum(day.views for day in _between(target, start, end, alias))


def get_unique_views(
    obj: models.Model,
    *,
    counter: str = DEFAULT_COUNTER,
    start: date | None = None,
    end: date | None = None,
    using: str | None = None,
) -> int:
    """Return how many visitors viewed an object: those of each day, added up.

    Whoever comes back on another day counts again, as nothing that is kept could tell. Days, costs
    and errors as for `get_views()`.
    """
    target, alias = target_of(obj, counter), write_alias(using)
    if start is None and end is None:
        return get_backend().uniques([target], alias)[target]
    return sum(day.uniques for day in _between(target, start, end, alias))


def _between(target: Target, start: date | None, end: date | None, alias: str) -> Iterable[Day]:
    today = site_day(moment())
    end = end or max(today, start or today)
    start = start or end - timedelta(days=MOST_DAYS - 1)
    if start > end:
        raise UnknownPeriod(f"The days from {start} to {end} end before they begin.")
    number = min((end - start).days + 1, MOST_DAYS)
    return get_backend().days([target], last_days(number, end), alias)[target].values()


def attach_views(
    page: _Page,
    *,
    counter: str = DEFAULT_COUNTER,
    uniques: bool = False,
    using: str | None = None,
) -> _Page:
    """Set `.view_count` on every object of a page and return the page.

    With `uniques` also `.unique_view_count`; of a counter "download", `.download_count`. The page
    is any iterable; of a generator, which can be read only once, a list is returned. Objects may be
    of several models; None is passed over. Costs one round trip and one query per model, whatever
    the size of the page; twice that with `uniques`.
    """
    if isinstance(page, Iterator):
        page = cast("_Page", list(page))
    targets = [(obj, target_of(obj, counter)) for obj in page if obj is not None]
    wanted, alias = {target for _, target in targets}, write_alias(using)
    totals = get_backend().totals(wanted, alias)
    people = get_backend().uniques(wanted, alias) if uniques else {}
    name = attribute_of(counter)
    for obj, target in targets:
        setattr(obj, name, totals[target])
        if uniques:
            setattr(obj, f"unique_{name}", people[target])
    return page


def series(
    obj: models.Model,
    *,
    days: int | None = None,
    hours: int | None = None,
    counter: str = DEFAULT_COUNTER,
    using: str | None = None,
) -> list[Point]:
    """Return the views of the last days up to today, or of the last hours up to this one.

    Oldest first, with zeros where nothing was viewed; 30 days unless told. Hours are kept for 48
    and are those of UTC; days are the site's. Costs one round trip and two queries; hours, one
    round trip. Raises UnknownPeriod for both, or for more than there are.
    """
    target, alias = target_of(obj, counter), write_alias(using)
    if hours is None:
        return daily(target, 30 if days is None else days, alias)
    if days is not None:
        raise UnknownPeriod("Give days or hours, and not both.")
    hours = checked_number("hours", hours, HOURS)
    now = hour_of(moment())
    wanted = range(now - hours + 1, now + 1)
    seen = get_backend().hours([target], wanted, alias)[target]
    return [Point(start_of_hour(hour), seen.get(hour, 0), None) for hour in wanted]


def daily(target: Target, days: int, alias: str) -> list[Point]:
    """The views of a target on each of the last days. Raises UnknownPeriod."""
    days = checked_number("days", days, MOST_DAYS)
    wanted = last_days(days, site_day(moment()))
    seen = get_backend().days([target], wanted, alias)[target]
    return [Point(day, *seen.get(day, Day())) for day in wanted]
