from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from operator import index
from typing import NamedTuple, TypeVar, cast

from asgiref.sync import sync_to_async
from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from .backends import get_backend
from .exceptions import BackendUnavailable
from .flushing import Flushed, flush
from .outages import outages
from .rankings import most_viewed
from .targets import target_of
from .visitors import Reason, refusal

__all__ = [
    "Flushed",
    "Reason",
    "ViewResult",
    "aattach_views",
    "acount_view",
    "aflush",
    "aget_views",
    "amost_viewed",
    "attach_views",
    "count_view",
    "flush",
    "get_views",
    "most_viewed",
]

_Page = TypeVar("_Page", bound="Iterable[models.Model | None]")


class ViewResult(NamedTuple):
    """Was a request counted, why or why not, and how many views the object has now."""

    counted: bool
    reason: Reason
    views: int | None
    """The total with this view, or None if it is not known."""


def count_view(
    request: HttpRequest | None,
    obj: models.Model,
    *,
    at: datetime | None = None,
    views: int = 1,
    using: str | None = None,
) -> ViewResult:
    """Count a view of an object, unless the request is no view.

    `request` is None for views that come from elsewhere, such as an import; `at` is when they
    happened, now by default, and `views` how many there were. Never sets a cookie nor touches the
    session. Costs one round trip to Redis and no SQL. A backend that does not answer is no error:
    the reason is then Reason.UNAVAILABLE. Raises UnsavedObject, UnsupportedKey, TypeError for
    views that are no whole number, or ValueError for fewer than one.

    Without Redis a view is part of your transaction and locks its counter. Count outside of
    transactions or at their end, with `transaction.on_commit()`: two that count several objects
    in differing order can deadlock, and MySQL and MariaDB then end the whole transaction.
    """
    try:
        views = index(views)
    except TypeError:
        raise TypeError(f"views is {views!r}: give a whole number, 1 or more.") from None
    if views < 1:
        raise ValueError(f"views is {views!r}: views are only ever added, so give 1 or more.")
    target = target_of(obj)
    reason = refusal(request) if request is not None else None
    if reason is not None:
        return ViewResult(False, reason, None)
    try:
        total = get_backend().count(target, views, site_day(at), using)
    except BackendUnavailable as error:
        outages.report(error)
        return ViewResult(False, Reason.UNAVAILABLE, None)
    return ViewResult(True, Reason.COUNTED, total)


def get_views(obj: models.Model, *, using: str | None = None) -> int:
    """Return how often an object was viewed: the same before, during and after a flush.

    Without Redis, what the database holds. Costs one round trip and one query. Raises
    UnsavedObject or UnsupportedKey.
    """
    target = target_of(obj)
    return get_backend().totals([target], using)[target]


def attach_views(page: _Page, *, using: str | None = None) -> _Page:
    """Set `.view_count` on every object of a page and return the page.

    The page is any iterable; of a generator, which can be read only once, a list is returned.
    Objects may be of several models; None is passed over. Costs one round trip, and one query per
    model, whatever the size of the page.
    """
    if isinstance(page, Iterator):
        page = cast("_Page", list(page))
    targets = [(obj, target_of(obj)) for obj in page if obj is not None]
    totals = get_backend().totals({target for _, target in targets}, using)
    for obj, target in targets:
        obj.view_count = totals[target]  # type: ignore[attr-defined]
    return page


def site_day(at: datetime | None) -> date:
    """The day of a moment in the site's own time zone, not the reader's."""
    at = at or timezone.now()
    if timezone.is_aware(at):
        at = timezone.localtime(at, timezone.get_default_timezone())
    return at.date()


acount_view = sync_to_async(count_view)
aget_views = sync_to_async(get_views)
aattach_views = sync_to_async(attach_views)
amost_viewed = sync_to_async(most_viewed)
aflush = sync_to_async(flush)
