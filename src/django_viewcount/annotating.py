"""Views as columns of any queryset."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, TypeVar

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BigIntegerField, Func, OuterRef, Subquery, Sum
from django.db.models.functions import Cast, Coalesce
from django.db.models.sql.compiler import SQLCompiler

from .clock import moment, site_day
from .counts import MOST_DAYS
from .exceptions import UnsupportedKey
from .models import DailyViews, ViewCount
from .targets import DEFAULT_COUNTER, attribute_of, checked_number, kind_of

_Query = TypeVar("_Query", bound="models.QuerySet[Any]")


def with_views(
    queryset: _Query,
    days: int | None = None,
    *,
    counter: str = DEFAULT_COUNTER,
    uniques: bool = False,
    using: str | None = None,
) -> _Query:
    """Annotate the objects of any queryset with `view_count`, to be ordered, filtered and summed.

    All views, or those of the last `days` days of the site's time zone, today included; with
    `uniques` also `unique_view_count`, the visitors of each day added up; of a counter "download",
    `download_count`. They are numbers of the
    database, as old as the last flush, and 0 where there are none. The tables must be in the
    database that the queryset reads, or `using`. Costs no query of its own: each row looks up its
    counter by an index. Raises UnknownCounter, UnsupportedKey for a model with a composite key, or
    UnknownPeriod for less than one day.
    """
    if not isinstance(queryset, (models.QuerySet, models.Manager)):
        raise TypeError(f"{queryset!r} is no queryset: give one, such as Picture.objects.all().")
    if days is not None:
        days = checked_number("days", days, MOST_DAYS)
    if using is not None:
        queryset = queryset.using(using)
    kind = kind_of(queryset.model, counter)
    pk = kind.model._meta.pk
    if isinstance(pk, models.CompositePrimaryKey):
        raise UnsupportedKey(
            f"{kind.model._meta.label} has a composite primary key: views need one."
        )
    # Ids of content types differ between databases, so ask the one that will be read.
    content_type = ContentType.objects.db_manager(queryset.db).get_for_model(kind.model)
    table: type[ViewCount | DailyViews] = ViewCount if days is None else DailyViews
    rows: models.QuerySet[Any] = table._default_manager.filter(
        content_type_id=content_type.pk, counter=kind.counter, object_id=KeyText(OuterRef("pk"), pk)
    )
    if days is not None:
        today = site_day(moment())
        rows = rows.filter(day__range=(today - timedelta(days=days - 1), today))
    name = attribute_of(counter)
    annotations = {name: _number(rows, "views", days)}
    if uniques:
        annotations[f"unique_{name}"] = _number(rows, "uniques", days)
    return queryset.annotate(**annotations)


def _number(rows: models.QuerySet[Any], name: str, days: int | None) -> Coalesce:
    if days is not None:
        # All rows are of one object: one group.
        rows = rows.order_by().values("object_id").annotate(sum=Sum(name))
        name = "sum"
    return Coalesce(Subquery(rows.values(name)), 0, output_field=BigIntegerField())


class KeyText(Func):
    """A primary key as the text that counters know it by."""

    def __init__(self, expression: Any, field: models.Field[Any, Any], **extra: Any) -> None:
        # The primary key of a child is a reference to its parent.
        while field.remote_field is not None:
            field = field.target_field  # type: ignore[attr-defined]
        self.key_field = field
        super().__init__(expression, output_field=models.CharField(), **extra)

    def as_sql(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, Any]:
        (key,) = self.get_source_expressions()
        if isinstance(self.key_field, (models.CharField, models.TextField)):
            return compiler.compile(key)
        if (
            isinstance(self.key_field, models.UUIDField)
            and not connection.features.has_native_uuid_field
        ):
            sql, params = compiler.compile(key)
            substr = "SUBSTR" if connection.vendor == "sqlite" else "SUBSTRING"
            parts = [f"{substr}({sql}, {start}, {size})" for start, size in GROUPS]
            joined = (
                "(" + " || '-' || ".join(parts) + ")"
                if connection.vendor == "sqlite"
                else f"CONCAT_WS('-', {', '.join(parts)})"
            )
            return joined, tuple(params) * len(GROUPS)
        return compiler.compile(Cast(key, models.CharField()))


# Where the digits of a UUID are that is stored without dashes.
GROUPS = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
