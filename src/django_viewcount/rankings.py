from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any, TypeAlias, TypeVar

from django.core.exceptions import ValidationError
from django.db import models

from .backends import get_backend
from .backends.base import Rank, Window
from .clock import hour_of, moment, site_day
from .counts import attach_views
from .exceptions import UnknownPeriod
from .targets import (
    DEFAULT_COUNTER,
    Kind,
    attribute_of,
    checked_number,
    kind_of,
    target_of,
    write_alias,
)

Period: TypeAlias = "str | timedelta"

PERIODS: Mapping[str, timedelta] = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=30),
}
NAMES = ("all", *PERIODS, "trending")
MOST_HOURS, MOST_DAYS, MOST_PLACES = 48, 31, 10_000

# How many more than asked for are read, to make up for deleted objects and the queryset's filters.
SPARE = 100

# Rising is what these last hours saw, beside what the hours before them let expect.
RECENT, BASELINE = 3, 24
CANDIDATES = 200

_Object = TypeVar("_Object", bound=models.Model)


def window_of(period: Period, names: Sequence[str] = NAMES) -> Window:
    """The window of a period, or UnknownPeriod that tells the `names` there are.

    Up to 48 hours are this clock hour and as many as the period has before it; more are days of the
    site's time zone, today included.
    """
    now = moment()
    if period == "all":
        return Window("all")
    if period == "trending":
        return Window("trending", end=hour_of(now))
    length = PERIODS.get(period) if isinstance(period, str) else period
    if not isinstance(length, timedelta) or not timedelta(0) < length <= timedelta(days=MOST_DAYS):
        raise UnknownPeriod(
            f"There is no ranking for {period!r}. Choose: {', '.join(names)}, or a timedelta of up "
            f"to {MOST_DAYS} days."
        )
    if length <= timedelta(hours=MOST_HOURS):
        hours = -(-length // timedelta(hours=1))
        return Window("hours", hour_of(now) - hours, hour_of(now))
    today, days = site_day(now).toordinal(), -(-length // timedelta(days=1))
    return Window("days", today - days + 1, today)


def most_viewed(
    queryset: models.QuerySet[_Object],
    period: Period = "all",
    limit: int = 10,
    *,
    counter: str = DEFAULT_COUNTER,
    totals: bool = True,
    using: str | None = None,
) -> list[_Object]:
    """Return the most viewed objects of a queryset in rank order, with `.view_count` set.

    `period` is "all", "hour", "day", "week", "month", or a timedelta; then each object has
    `.period_views` too. Or it is "trending" (recent views weigh more, half after
    VIEWCOUNT_HALF_LIFE) or "rising" (more views in the last hours than the day before let expect);
    then each has `.score`. With `totals=False` these have no `.view_count`: for pages that do not
    show it. The filters of the queryset are respected, its order is not.

    Objects with equal views come in the order of their keys; objects never viewed do not appear.
    Where more than 100 objects tie for the last places, the backend chooses which of them appear.
    Costs one round trip (database backend: one query) and one query; a period with its totals twice
    that. What is deleted or filtered away costs a query more, and a filter that leaves fewer than
    `limit` of the top makes it look up the scores of all that the queryset holds. Raises
    UnknownPeriod or UnknownCounter.
    """
    if not isinstance(queryset, (models.QuerySet, models.Manager)):
        raise TypeError(f"{queryset!r} is no queryset: give one, such as Picture.objects.all().")
    kind, alias = kind_of(queryset.model, counter), write_alias(using)
    if limit != 0:
        checked_number("limit", limit, MOST_PLACES)
    queryset = queryset.order_by()
    if period == "rising":
        page, name = _page(queryset, _rising(kind, alias), limit), "score"
    else:
        window = window_of(period, (*NAMES, "rising"))
        page = _most_viewed_in(queryset, kind, window, limit, alias) if limit else []
        name = {"all": attribute_of(counter), "trending": "score"}.get(window.unit, "period_views")
    for obj, score in page:
        setattr(obj, name, score if name == "score" else int(score))
    objects = [obj for obj, _ in page]
    if totals and period != "all":
        attach_views(objects, counter=counter, using=using)
    return objects


def _most_viewed_in(
    queryset: models.QuerySet[_Object], kind: Kind, window: Window, limit: int, alias: str
) -> list[tuple[_Object, float]]:
    ranking = get_backend().top(kind, window, limit + SPARE, alias)
    page = _page(queryset, ranking, limit)
    if len(page) < limit and len(ranking) == limit + SPARE:
        page = _page(queryset, _ranking_within(queryset, kind, window, limit, alias), limit)
    return page


def _page(
    queryset: models.QuerySet[_Object], ranking: Iterable[tuple[str, float]], limit: int
) -> list[tuple[_Object, float]]:
    """The first of a ranking that are in the queryset, with their scores."""
    keys = [(parse_key(queryset.model, text), score) for text, score in ranking if score > 0]
    places = sorted(
        ((key, score) for key, score in keys if key is not None),
        key=lambda place: (-place[1], place[0]),
    )
    page: list[tuple[_Object, float]] = []
    start, size = 0, limit
    while places[start:] and len(page) < limit:
        chunk = dict(places[start : start + size])
        found = {obj.pk: obj for obj in queryset.filter(pk__in=chunk)}
        page += [(found[key], score) for key, score in chunk.items() if key in found]
        start, size = start + size, limit + SPARE
    return page[:limit]


def _ranking_within(
    queryset: models.QuerySet[Any], kind: Kind, window: Window, limit: int, alias: str
) -> list[tuple[str, float]]:
    """The best of the queryset, looked up object by object: for filters that few pass."""
    best: list[tuple[str, float]] = []
    keys = queryset.values_list("pk", flat=True).iterator()
    while chunk := [str(pk) for pk in islice(keys, 1000)]:
        best += get_backend().scores(kind, window, chunk, alias).items()
        best.sort(key=lambda place: (-place[1], parse_key(kind.model, place[0])))
        del best[limit:]
    return best


def _rising(kind: Kind, alias: str) -> list[tuple[str, float]]:
    """What is viewed more than it was, by (observed - expected)² / expected.

    The measure is that of Mastodon's trends.
    """
    now, backend = hour_of(moment()), get_backend()
    recent = Window("hours", now - RECENT + 1, now)
    before = Window("hours", now - RECENT - BASELINE + 1, now - RECENT)
    observed = dict(backend.top(kind, recent, CANDIDATES, alias))
    earlier = backend.scores(kind, before, list(observed), alias)
    rising = []
    for key, views in observed.items():
        expected = max(earlier.get(key, 0) * RECENT / BASELINE, 1)
        if views > expected:
            rising.append((key, (views - expected) ** 2 / expected))
    return rising


def rank(
    obj: models.Model,
    *,
    period: Period = "all",
    counter: str = DEFAULT_COUNTER,
    using: str | None = None,
) -> Rank:
    """Return the place of an object among all viewed ones of its model: `.place` and `.of`.

    Objects of equal views share a place; one that was not viewed has None. `period` is one of
    `most_viewed()`, except "rising". Costs two round trips; without Redis, or once its ranking was
    cut off, up to three queries. Raises UnknownPeriod, UnsavedObject, UnsupportedKey or
    UnknownCounter.
    """
    return get_backend().rank(target_of(obj, counter), window_of(period), write_alias(using))


def percentile(
    obj: models.Model,
    *,
    period: Period = "all",
    counter: str = DEFAULT_COUNTER,
    using: str | None = None,
) -> float | None:
    """Return what per cent of the viewed objects of its model have at most its views.

    100.0 is the most viewed; an object that was not viewed has None. Costs and errors as `rank()`.
    """
    place, of = rank(obj, period=period, counter=counter, using=using)
    return None if place is None else 100 * (of - place + 1) / of


def parse_key(model: type[models.Model], text: str) -> Any:
    """A primary key from its text, or None if the model has no such keys (any more)."""
    try:
        return model._meta.pk.to_python(text)
    except (ValidationError, TypeError, ValueError):
        return None
