"""Deleting what is over: old days, short memory, and views of objects that are gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db import models, router
from django.utils import timezone

from .backends import get_backend
from .clock import moment, site_day
from .exceptions import BackendUnavailable, UnknownPeriod
from .flushing import KEEP_BATCHES
from .models import DailyViews, FlushBatch, HourlyViews, ViewCount
from .outages import outages
from .pacing import paced
from .rankings import parse_key
from .receivers import delete_rows
from .sweeping import delete_some, past_hours, past_marks, past_salts
from .targets import Target, counters, write_alias

BATCH = 1000

# Flushes may still raise the visitors of these days.
FEWEST_DAYS = 7


class Pruned(NamedTuple):
    """What was deleted."""

    days: int = 0
    """Rows of days."""
    hours: int = 0
    """Rows of hours."""
    marks: int = 0
    """Tokens, visitors and networks that were remembered."""
    salts: int = 0
    batches: int = 0
    """Rows of flushes."""
    orphans: int = 0
    """Objects that are gone, whose views were left."""


def prune(
    *,
    days: int | None = None,
    using: str | None = None,
    dry_run: bool = False,
    advance: Callable[[int], object] = lambda looked_at: None,
) -> Pruned:
    """Delete what is over, and return how much of it; with `dry_run`, what would be.

    That is: days more than `days` days ago, whose views stay in the totals; what the database
    backend remembers for a while only; flushes of last week; and all views of objects that are
    gone. Those of a model that is not installed are left alone.

    Works in batches of 1,000 that commit one by one, and rests in between where only one can write;
    it may be killed, and run while the site goes on. `advance` is called with the number of rows or
    objects after each. Costs two statements per batch, and for the orphans two or three queries per
    1,000 objects. Raises UnknownPeriod for fewer than 7 days.
    """
    if days is not None and days < FEWEST_DAYS:
        raise UnknownPeriod(f"days is {days!r}: keep {FEWEST_DAYS} or more, visitors still change.")
    alias = write_alias(using)
    advance = paced(advance, alias)
    over: dict[str, models.QuerySet[Any]] = {
        "hours": past_hours(alias),
        "marks": past_marks(alias),
        "salts": past_salts(alias),
        "batches": FlushBatch.objects.using(alias)
        .filter(created__lt=timezone.now() - KEEP_BATCHES)
        .order_by("created"),
    }
    if days is not None:
        first = site_day(moment()) - timedelta(days=days)
        over["days"] = DailyViews.objects.using(alias).filter(day__lt=first).order_by("day")
    numbers = {
        name: rows.count() if dry_run else _delete(rows, advance) for name, rows in over.items()
    }
    return Pruned(**numbers, orphans=_prune_orphans(alias, dry_run, advance))


def _delete(rows: models.QuerySet[Any], advance: Callable[[int], object]) -> int:
    total = 0
    while deleted := delete_some(rows, BATCH):
        total += deleted
        advance(deleted)
    return total


def _prune_orphans(alias: str, dry_run: bool, advance: Callable[[int], object]) -> int:
    orphans = 0
    tables = (ViewCount, DailyViews, HourlyViews)
    for place, table in enumerate(tables):
        for content_type in ContentType.objects.using(alias).order_by("pk"):
            model = content_type.model_class()
            if model is None:
                continue
            rows: models.QuerySet[Any] = table._default_manager.using(alias)
            for keys in _keys_in_order(rows.filter(content_type=content_type)):
                gone = sorted(set(keys) - existing(model, keys, alias))
                for earlier in tables[:place] if dry_run else ():  # else these are gone by now
                    counted: models.QuerySet[Any] = earlier._default_manager.using(alias)
                    counted = counted.filter(content_type=content_type, object_id__in=gone)
                    gone = sorted(set(gone) - set(counted.values_list("object_id", flat=True)))
                orphans += len(gone)
                if gone and not dry_run:
                    _forget(model, gone, alias)
                advance(len(keys))
    return orphans


def _forget(model: type[models.Model], keys: list[str], alias: str) -> None:
    targets = [Target(model, key, counter) for counter in counters() for key in keys]
    try:
        get_backend().forget(targets, alias)
    except BackendUnavailable as error:
        outages.report(error)
    delete_rows([Target(model, key) for key in keys], alias)


def _keys_in_order(rows: models.QuerySet[Any]) -> Iterator[list[str]]:
    """The different objects, in the order of the index that begins with type and object."""
    keys = rows.order_by("object_id").values_list("object_id", flat=True).distinct()
    batch = list(keys[:BATCH])
    while batch:
        yield batch
        batch = list(keys.filter(object_id__gt=batch[-1])[:BATCH])


def existing(model: type[models.Model], keys: list[str], alias: str) -> set[str]:
    """Which of these keys there are objects of, where the project writes them or beside the views.

    Costs one query, two where these are different databases.
    """
    found: set[str] = set()
    home = router.db_for_write(model)
    places = [home]
    if alias != home and router.allow_migrate_model(alias, model):
        places.append(alias)
    for place in places:
        missing = [parse_key(model, key) for key in keys if key not in found]
        wanted = [pk for pk in missing if pk is not None]
        rows = model._base_manager.using(place).filter(pk__in=wanted)
        found |= {str(pk) for pk in rows.values_list("pk", flat=True)}
    return found
