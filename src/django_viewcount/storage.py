from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

from .models import DailyViews, ViewCount
from .targets import DEFAULT_COUNTER

CHUNK = 500

Row = tuple[Any, ...]


def store(
    model: type[models.Model],
    views: Mapping[str, int],
    days: Mapping[tuple[str, date], int],
    using: str,
) -> None:
    """Add views by object id, and by object id and day, in the caller's transaction.

    Rows are taken in the order of their keys, so that calls wait for one another in a line and
    never in a ring. That holds for one call: a transaction with several has the order of its own.
    """
    content_type = ContentType.objects.db_manager(using).get_for_model(model).pk
    add(
        ViewCount,
        ["content_type", "object_id", "counter"],
        [(content_type, key, DEFAULT_COUNTER, count) for key, count in sorted(views.items())],
        using,
    )
    add(
        DailyViews,
        ["content_type", "object_id", "counter", "day"],
        [
            (content_type, key, DEFAULT_COUNTER, day, count)
            for (key, day), count in sorted(days.items())
        ],
        using,
    )


def add(table: type[models.Model], unique: Sequence[str], rows: Sequence[Row], using: str) -> None:
    """Insert rows, or add their last value to the rows of the same unique columns.

    Django's own upsert can only replace a value, not add to it.
    """
    connection = connections[using]
    if not connection.features.supports_update_conflicts:
        raise ImproperlyConfigured(
            f"Views cannot be kept in the database {using!r} ({connection.display_name}): it has "
            "no upsert. Use SQLite, PostgreSQL, MariaDB or MySQL, by a router if need be."
        )
    fields = columns_of(table, (*unique, "views"))
    size = max(min(CHUNK, connection.ops.bulk_batch_size(fields, rows)), 1)
    for start in range(0, len(rows), size):
        chunk = rows[start : start + size]
        parameters = [
            field.get_db_prep_save(value, connection)
            for row in chunk
            for field, value in zip(fields, row, strict=True)
        ]
        with connection.cursor() as cursor:
            cursor.execute(upsert_sql(connection, table, fields, unique, len(chunk)), parameters)


def columns_of(table: type[models.Model], names: Sequence[str]) -> list[models.Field[Any, Any]]:
    by_name = {field.name: field for field in table._meta.concrete_fields}
    return [by_name[name] for name in names]


def upsert_sql(
    connection: BaseDatabaseWrapper,
    table: type[models.Model],
    fields: Sequence[models.Field[Any, Any]],
    unique: Sequence[str],
    count: int,
) -> str:
    """The statement that inserts or adds `count` rows on this database."""
    quote = connection.ops.quote_name
    name, views = quote(table._meta.db_table), quote("views")
    columns = [quote(str(field.column)) for field in fields]
    row = "({})".format(", ".join(["%s"] * len(fields)))
    rows = ", ".join([row] * count)
    insert = f"INSERT INTO {name} ({', '.join(columns)}) VALUES {rows}"  # noqa: S608 (names only, no values)
    if connection.features.supports_update_conflicts_with_target:
        target = ", ".join(columns[: len(unique)])
        return (
            f"{insert} ON CONFLICT ({target}) DO UPDATE SET {views} = {name}.{views} + "
            f"EXCLUDED.{views}"
        )
    if getattr(connection, "mysql_is_mariadb", False):
        added, alias = f"VALUES({views})", ""
    else:
        added, alias = f"added.{views}", " AS added"
    return f"{insert}{alias} ON DUPLICATE KEY UPDATE {views} = {name}.{views} + {added}"
