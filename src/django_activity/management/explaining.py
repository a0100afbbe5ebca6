"""What the database does for a page, and whether it has what it needs for that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from django_activity.checks import stream_columns
from django_activity.merging import has_lateral
from django_activity.paging import MAX_COUNT, Stream
from django_activity.sources import Condition, Followed

READS = ("SELECT", "WITH", "(")


class Recorder:
    """Records what is asked of a database: an execute wrapper."""

    def __init__(self) -> None:
        self.statements: list[tuple[str, Any]] = []

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        self.statements.append((sql, params))
        return execute(sql, params, many, context)


def described_sources(stream: Stream) -> Iterator[str]:
    """A line per source: how many keys there are, and how many actions, counted to 500."""
    for source in stream.sources:
        number = replace(stream, sources=(source,)).count_since(None, MAX_COUNT)
        actions = f"{number} actions" + (" or more" if number == MAX_COUNT else "")
        if isinstance(source, Condition):
            yield f"a condition: {actions}"
        else:
            followed = _number(source, stream.queryset.db)
            yield f"{source.model._meta.label} as {source.role}: {followed} followed, {actions}"


def plans(statements: list[tuple[str, Any]], table: str, using: str, analyze: bool) -> list[str]:
    """The plan of every statement that reads this table, as lines of text.

    Raises ValueError where the database cannot `analyze`.
    """
    connection = connections[using]
    options: dict[str, Any] = {"analyze": True} if analyze else {}
    prefix = connection.ops.explain_query_prefix(**options)
    lines = []
    for sql, params in statements:
        if table not in sql or not sql.lstrip().startswith(READS):
            continue
        with connection.cursor() as cursor:
            cursor.execute(f"{prefix} {sql}", params)
            rows = cursor.fetchall()
            if len(cursor.description) > 1 and connection.vendor != "sqlite":
                lines.append(" | ".join(column[0] for column in cursor.description))
        separator = "  " if connection.vendor == "sqlite" else " | "
        lines += [separator.join("" if c is None else str(c) for c in row) for row in rows]
        lines.append("")
    return lines


def missing_indexes(model: Any, using: str) -> list[str]:
    """The stream indexes that the table lacks in this database, each by its columns."""
    connection = connections[using]
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, model._meta.db_table)
    there = [each["columns"] for each in constraints.values() if each["index"]]
    wanted = [
        [model._meta.get_field(name).column for name in names] for names in stream_columns(model)
    ]
    return [
        ", ".join(columns)
        for columns in wanted
        if not any(found[: len(columns)] == columns for found in there)
    ]


def sizes(model: Any, connection: BaseDatabaseWrapper) -> list[str]:
    """The size of the table and of each of its indexes. Only PostgreSQL tells them."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, pg_size_pretty(pg_relation_size(oid)), reltuples::bigint "
            "FROM pg_class WHERE oid = %s::regclass OR oid IN "
            "(SELECT indexrelid FROM pg_index WHERE indrelid = %s::regclass) "
            "ORDER BY relkind DESC, relname",
            [connection.ops.quote_name(model._meta.db_table)] * 2,
        )
        rows = cursor.fetchall()
    return [
        f"{name}: {size}, {'never analyzed' if tuples < 0 else f'about {tuples} rows'}"
        for name, size, tuples in rows
    ]


def hints(model: Any, using: str) -> list[str]:
    """What to do so that pages are read as they are meant to be."""
    connection = connections[using]
    found = [
        f"There is no index on ({columns}). Add models.stream_indexes() to the Meta of "
        f"{model._meta.label}, and migrate."
        for columns in missing_indexes(model, using)
    ]
    if any("never analyzed" in size for size in sizes(model, connection)):
        found.append(f"The database knows nothing of its content: ANALYZE {model._meta.db_table}.")
    return found


def way(using: str) -> str:
    """How this database finds the newest of many sources."""
    if has_lateral(connections[using]):
        return "by LATERAL joins, in one statement"
    return "in two statements per kind of source, for want of LATERAL joins"


def _number(source: Followed, using: str) -> int:
    keys = source.keys
    if isinstance(keys, list):
        return len(keys)
    number: int = keys.using(using).count()
    return number
