"""Two objects become one, and so do their views."""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction

from .backends import get_backend
from .exceptions import DifferentModels
from .flushing import flush
from .models import AbstractCounter, DailyViews, HourlyViews, ViewCount
from .storage import add, number_fields, unique_fields
from .targets import counters, target_of, write_alias


def merge_views(source: models.Model, into: models.Model, *, using: str | None = None) -> None:
    """Add all views of one object, in all counters, to another of the same model.

    The first one is as if never viewed then, and may go on to be. Visitors of one day are added,
    too: who has seen both counts twice. Views that wait are flushed before; call it outside of a
    transaction. It may run while others count, flush and merge: nothing is lost or counted twice.

    Costs a flush, up to ten statements, and two round trips per counter. Raises DifferentModels,
    UnsavedObject, UnsupportedKey or BackendUnavailable; the latter after the rows were moved, too:
    then merge again.
    """
    old, new, alias = target_of(source), target_of(into), write_alias(using)
    if old.model is not new.model:
        raise DifferentModels(
            f"The views of a {old.model._meta.label} cannot become those of a "
            f"{new.model._meta.label}: they are counted apart."
        )
    if old.key == new.key:
        return
    flush(using=alias)
    move_rows(old.model, old.key, new.key, alias)
    for counter in counters():
        get_backend().merge(old._replace(counter=counter), new._replace(counter=counter), alias)


def move_rows(model: type[models.Model], old: str, new: str, using: str) -> None:
    """Add the rows of one object to those of another, in one transaction."""
    content_type = ContentType.objects.db_manager(using).get_for_model(model).pk
    with transaction.atomic(using=using):
        # Whoever writes views locks the totals first, in this order. So they are made if need be,
        # and stay, empty: for a row that comes and goes, nobody could wait in line.
        names = [(content_type, key, name) for key in sorted((old, new)) for name in counters()]
        add(ViewCount, [(*name, 0, 0) for name in sorted(names)], using)
        for table in (ViewCount, DailyViews, HourlyViews):
            _move(table, content_type, old, new, using)


def _move(table: type[AbstractCounter], content_type: int, old: str, new: str, using: str) -> None:
    all_rows: models.QuerySet[Any] = table._default_manager.using(using)
    rows = all_rows.filter(content_type_id=content_type, object_id=old)
    names = [str(field.attname) for field in (*unique_fields(table), *number_fields(table))]
    columns = list(rows.order_by(*names).select_for_update().values_list("pk", *names))
    place = names.index("object_id")
    added = [(*row[:place], new, *row[place + 1 :]) for _, *row in columns]
    add(table, added, using)
    moved = all_rows.filter(pk__in=[pk for pk, *_ in columns])
    if table is ViewCount:
        moved.update(views=0, uniques=0)
    else:
        moved.delete()
