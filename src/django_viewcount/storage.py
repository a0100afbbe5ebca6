"""Adding numbers to the counter tables, many rows in few statements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

from .models import AbstractCounter, DailyViews, ViewCount
from .targets import Kind

# Objects per statement. PostgreSQL is handed whole columns, other databases value by value.
CHUNK = 500
CHUNK_OF_COLUMNS = 5000

Row = tuple[Any, ...]


def store(
    kind: Kind,
    totals: Mapping[str, int],
    days: Mapping[tuple[str, date], int],
    uniques: Mapping[tuple[str, date], int],
    using: str,
) -> dict[str, int]:
    """Add views by object id, and by object id and day, in the caller's transaction.

    Returns the new totals by object id.

    `uniques` are no additions but how many visitors an object had on a day so far: the row of the
    day is raised to that, and the sum of all days grows by the difference. Costs up to four
    statements per 500 objects (PostgreSQL: 5,000).

    Rows are taken in the order of their keys, so that calls wait for one another in a line and
    never in a ring. That holds for one call: a transaction with several has the order of its own.
    """
    days_of: dict[str, set[date]] = {key: set() for key in totals}
    for key, day in (*days, *uniques):
        days_of.setdefault(key, set()).add(day)
    visited = {key for key, _ in uniques}
    named = identity(kind, using)
    answers = connections[using].features.can_return_columns_from_insert
    columns = ("object_id", "views") if answers else ()
    found: dict[str, int] = {}
    for keys in _chunks(sorted(days_of), using):
        # The objects first: whoever has locked them is alone with their days and may compare.
        locked = [key for key in keys if key in totals or key in visited]
        rows = [(*named(key), totals.get(key, 0), 0) for key in locked]
        found |= add(ViewCount, rows, using, returning=columns)
        if not answers:
            found |= ViewCount.objects.using(using).totals(kind, locked)
        pairs = [(key, day) for key in keys for day in sorted(days_of[key])]
        grown = _growth(kind, [pair for pair in pairs if pair in uniques], uniques, using)
        rows = [
            (*named(pair[0]), pair[1], days.get(pair, 0), uniques.get(pair, 0)) for pair in pairs
        ]
        add(DailyViews, rows, using, raised=["uniques"])
        add(ViewCount, [(*named(key), 0, number) for key, number in grown.items()], using)
    return found


def _growth(
    kind: Kind,
    pairs: Sequence[tuple[str, date]],
    uniques: Mapping[tuple[str, date], int],
    using: str,
) -> dict[str, int]:
    """By how much the visitors of these days exceed what is stored, by object id."""
    if not pairs:
        return {}
    keys, days = zip(*pairs, strict=True)
    rows = DailyViews.objects.using(using).for_kind(kind)
    rows = rows.filter(object_id__in=set(keys), day__in=set(days))
    stored = {
        (key, day): number for key, day, number in rows.values_list("object_id", "day", "uniques")
    }
    grown: dict[str, int] = {}
    for pair in pairs:
        if (more := uniques[pair] - stored.get(pair, 0)) > 0:
            grown[pair[0]] = grown.get(pair[0], 0) + more
    return grown


def identity(kind: Kind, using: str) -> Any:
    """A function from an object id to the columns that name a counter of this kind."""
    content_type = ContentType.objects.db_manager(using).get_for_model(kind.model).pk
    return lambda key: (content_type, key, kind.counter)


def _chunks(keys: Sequence[str], using: str) -> Iterator[Sequence[str]]:
    size = CHUNK_OF_COLUMNS if connections[using].vendor == "postgresql" else CHUNK
    for start in range(0, len(keys), size):
        yield keys[start : start + size]


def add(
    table: type[AbstractCounter],
    rows: Sequence[Row],
    using: str,
    *,
    raised: Sequence[str] = (),
    returning: Sequence[str] = (),
) -> list[Row]:
    """Insert rows, or add their numbers to the rows of the same unique columns.

    A row has a value for each unique column, then one for each number. The numbers in `raised`
    replace smaller ones instead. Returns the columns of `returning` of all rows; not every database
    can. Django's own upsert can only replace a value, not add to it.
    """
    connection = connections[using]
    if not connection.features.supports_update_conflicts:
        raise ImproperlyConfigured(
            f"Views cannot be kept in the database {using!r} ({connection.display_name}): it has "
            "no upsert. Use SQLite, PostgreSQL, MariaDB or MySQL, by a router if need be."
        )
    fields = [*unique_fields(table), *number_fields(table)]
    by_column = connection.vendor == "postgresql"
    size = len(rows)
    if not by_column:
        size = min(CHUNK, connection.ops.bulk_batch_size(fields, rows))
    adapt = connection.ops.adapt_datefield_value
    returned: list[Row] = []
    for start in range(0, len(rows), max(size, 1)):
        chunk = rows[start : start + size]
        values: list[Any] = [
            adapt(value) if isinstance(value, date) else value for row in chunk for value in row
        ]
        if by_column:
            values = [values[place :: len(fields)] for place in range(len(fields))]
        sql = upsert_sql(connection, table, len(chunk), raised=raised, returning=returning)
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            returned += cursor.fetchall() if returning else []
    return returned


def unique_fields(table: type[AbstractCounter]) -> list[models.Field[Any, Any]]:
    """What tells the rows of a counter table apart."""
    names: Any = [getattr(constraint, "fields", ()) for constraint in table._meta.constraints]
    return [table._meta.get_field(name) for name in names[0]]  # type: ignore[misc]


def number_fields(table: type[AbstractCounter]) -> list[models.Field[Any, Any]]:
    """What a counter table counts."""
    return [field for field in table._meta.concrete_fields if field.name in ("views", "uniques")]


def upsert_sql(
    connection: BaseDatabaseWrapper,
    table: type[AbstractCounter],
    count: int,
    *,
    raised: Sequence[str] = (),
    returning: Sequence[str] = (),
) -> str:
    """The statement that inserts or adds `count` rows on this database."""
    quote, vendor = connection.ops.quote_name, connection.vendor
    name = quote(table._meta.db_table)
    unique, numbers = unique_fields(table), number_fields(table)
    columns = [quote(str(field.column)) for field in (*unique, *numbers)]
    if vendor == "postgresql":
        types = [f"%s::{field.cast_db_type(connection)}[]" for field in (*unique, *numbers)]
        rows = f"SELECT * FROM unnest({', '.join(types)})"  # noqa: S608 (types only, no values)
    else:
        row = "({})".format(", ".join(["%s"] * len(columns)))
        rows = f"VALUES {', '.join([row] * count)}"
    if vendor == "mysql" and getattr(connection, "mysql_is_mariadb", False):
        conflict, new = "ON DUPLICATE KEY UPDATE", "VALUES({})"
    elif vendor == "mysql":
        conflict, new = "AS added ON DUPLICATE KEY UPDATE", "added.{}"
    else:
        conflict = f"ON CONFLICT ({', '.join(columns[: len(unique)])}) DO UPDATE SET"
        new = "EXCLUDED.{}"
    greatest = "MAX({}, {})" if vendor == "sqlite" else "GREATEST({}, {})"
    changes = []
    for field in numbers:
        column = quote(str(field.column))
        form = greatest if field.name in raised else "{} + {}"
        changes.append(f"{column} = {form.format(f'{name}.{column}', new.format(column))}")
    answer = f" RETURNING {', '.join(map(quote, returning))}" if returning else ""
    return (
        f"INSERT INTO {name} ({', '.join(columns)}) {rows} {conflict} {', '.join(changes)}{answer}"
    )
