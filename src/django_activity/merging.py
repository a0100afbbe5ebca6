"""The newest actions of many sources, at a cost that does not depend on how long they were quiet.

The plain query, `actor IN (followees) ORDER BY created LIMIT 20`, walks through the actions of
everybody when the followees are quiet: 0.2 s on a million rows, and longer on more. Here each
source is asked for its newest action only, by one probe of an index. The newest 20 of all come from
at most 20 sources, those whose newest action is newest. Only these are read on, at most 20 rows
each. Kinds of sources are then united, and what remains is fetched by primary key.

On PostgreSQL that is done only if the page cannot be filled from the newest 500 actions of all. It
can where a reader follows many who are busy, and then costs less than to ask each of them; whoever
follows the quiet pays for 500 more entries of an index.

PostgreSQL and MySQL since 8.0.14 do all of it in one statement, by LATERAL joins. MariaDB and
SQLite have none: there one statement finds the sources, and the next one names each of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import EmptyResultSet
from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q
from django.db.models.expressions import RawSQL

from .managers import ActionQuerySet
from .sources import SQL, Condition, Followed, keys_of

COLUMNS = (RawSQL("source.k", []), RawSQL("source.since", []))
KEY, SINCE = object(), object()
LOOKED_THROUGH = 500


def newest(
    queryset: ActionQuerySet[Any],
    sources: Sequence[Condition | Followed],
    limit: int,
    within: Q | None = None,
    *,
    descending: bool = True,
) -> ActionQuerySet[Any]:
    """The first `limit` actions of `queryset` that come from any of the sources, in their order.

    Exact, ties included. `within` is the part of the stream between cursors; the queryset has all
    other conditions. Not executed yet; where there is no LATERAL, one statement per `Followed` is.
    """
    connection = connections[queryset.db]
    bounded = queryset.filter(within) if within else queryset
    tables = _Named()
    probes, parts, params = [], [], list[Any]()
    for number, source in enumerate(sources):
        try:
            if isinstance(source, Condition):
                chosen = _in_order(bounded.filter(source.q), descending)[:limit]
                sql, some = _compiled(_positions(chosen), connection)
            elif has_lateral(connection):
                keys = tables.add(f"keys_{number}", *keys_of(source, connection))
                probes.append((keys, _probe(source, bounded)))
                sql, some = _pick_laterally(*probes[-1], queryset, limit, descending)
            else:
                given = keys_of(source, connection)
                sql, some = _pick_in_two_steps(source, given, bounded, limit, descending)
        except EmptyResultSet:
            continue
        parts.append(f"SELECT * FROM ({sql}) AS part")
        params += some
    if not parts:
        return queryset.none()
    if connection.vendor == "postgresql" and len(probes) == len(parts):
        first = tables.add("first", *_first(queryset, within, descending))
        recent = tables.add("recent", *_recent(first, probes, queryset, limit, descending))
        missing = (
            f"(SELECT COUNT(*) FROM {recent}) < {limit}"
            f" AND (SELECT COUNT(*) FROM {first}) = {LOOKED_THROUGH}"
        )
        parts = [f"{part} WHERE {missing}" for part in parts]
        parts.append(f"SELECT * FROM {recent}")
    pk, order = _columns(queryset, connection), _order(queryset, connection, descending)
    # One level more than is needed elsewhere: MySQL and MariaDB take no LIMIT inside of IN.
    united = f"SELECT * FROM ({' UNION '.join(parts)}) AS united {order} LIMIT {limit}"
    chosen_keys = RawSQL(
        f"{tables}SELECT {pk[0]} FROM ({united}) AS chosen", [*tables.params, *params]
    )
    return _in_order(_everything(queryset).filter(pk__in=chosen_keys), descending)


class _Named:
    """Queries of a WITH clause."""

    def __init__(self) -> None:
        self.queries: list[str] = []
        self.params: list[Any] = []

    def add(self, name: str, sql: str, params: list[Any]) -> str:
        self.queries.append(f"{name} AS ({sql})")
        self.params += params
        return name

    def __str__(self) -> str:
        return f"WITH {', '.join(self.queries)} " if self.queries else ""


def _first(queryset: ActionQuerySet[Any], within: Q | None, descending: bool) -> SQL:
    """The first 500 actions of all. If they are fewer, there are no others."""
    connection = connections[queryset.db]
    table = connection.ops.quote_name(queryset.model._meta.db_table)
    condition, params = "", list[Any]()
    if within:
        query = _everything(queryset).filter(within).query
        where, some = query.get_compiler(connection=connection).compile(query.where)
        condition, params = f"WHERE {where}", list(some)
    order = _order(queryset, connection, descending)
    return f"SELECT * FROM {table} {condition} {order} LIMIT {LOOKED_THROUGH}", params


def _recent(
    first: str,
    probes: list[tuple[str, SQL]],
    queryset: ActionQuerySet[Any],
    limit: int,
    descending: bool,
) -> SQL:
    """Those of the first that come from any of the sources.

    If they are as many as the limit, nothing else comes before them.
    """
    connection = connections[queryset.db]
    table = connection.ops.quote_name(queryset.model._meta.db_table)
    columns = ", ".join(f"hit.{name}" for name in _columns(queryset, connection))
    parts, params = [], list[Any]()
    for keys, (probe, some) in probes:
        # Under the table's name, and not for subqueries of the project, which mean all of it.
        here = probe.replace(f" FROM {table}", f" FROM {first} AS {table}", 1)
        parts.append(f"SELECT {columns} FROM {keys} AS source CROSS JOIN LATERAL ({here}) AS hit")
        params += some
    order = _order(queryset, connection, descending)
    return f"{' UNION '.join(parts)} {order} LIMIT {limit}", params


def _probe(followed: Followed, queryset: ActionQuerySet[Any]) -> SQL:
    """The actions of one source, in no order, which is a row of a table called `source`."""
    actions = _of_source(followed, queryset, *COLUMNS)
    return _compiled(_positions(actions.order_by()), connections[queryset.db])


def _everything(queryset: ActionQuerySet[Any]) -> ActionQuerySet[Any]:
    return ActionQuerySet(queryset.model, using=queryset.db)


def has_lateral(connection: BaseDatabaseWrapper) -> bool:
    """Can this database join a subquery that refers to the tables before it?"""
    if connection.vendor == "mysql":
        mysql: Any = connection
        return not mysql.mysql_is_mariadb and mysql.mysql_version >= (8, 0, 14)
    return connection.vendor == "postgresql"


def _pick_laterally(
    keys: str, probed: SQL, queryset: ActionQuerySet[Any], limit: int, descending: bool
) -> SQL:
    connection = connections[queryset.db]
    probe, params = probed
    order = _order(queryset, connection, descending)
    columns = ", ".join(f"hit.{name}" for name in _columns(queryset, connection))
    sql = f"""
        SELECT {columns} FROM (
            SELECT source.* FROM {keys} AS source
            CROSS JOIN LATERAL ({probe} {order} LIMIT 1) AS hit {order} LIMIT {limit}
        ) AS source
        CROSS JOIN LATERAL ({probe} {order} LIMIT {limit}) AS hit {order} LIMIT {limit}
    """
    return sql, [*params, *params]


def _pick_in_two_steps(
    followed: Followed,
    given: SQL,
    queryset: ActionQuerySet[Any],
    limit: int,
    descending: bool,
) -> SQL:
    connection = connections[queryset.db]
    keys, key_params = given
    first = _in_order(_of_source(followed, queryset, *COLUMNS), descending)
    probe, params = _compiled(first.values_list("pk"), connection)
    pk, _ = _columns(queryset, connection)
    table = connection.ops.quote_name(queryset.model._meta.db_table)
    sql = f"""
        SELECT found.* FROM (
            SELECT source.*, ({probe} LIMIT 1) AS newest FROM ({keys}) AS source
        ) AS found
        JOIN {table} ON {table}.{pk} = found.newest
        {_order(queryset, connection, descending)} LIMIT {limit}
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, *key_params])
        sources = cursor.fetchall()
    if not sources:
        raise EmptyResultSet
    # Composed once: for each source, its values take the places of these.
    places = [RawSQL("%s", [place]) for place in (KEY, SINCE)]
    of_one = _in_order(_of_source(followed, queryset, *places), descending)[:limit]
    part, params = _compiled(_positions(of_one), connection)
    parts = [f"SELECT * FROM ({part}) AS one" for _ in sources]
    return " UNION ALL ".join(parts), [
        source[0] if param is KEY else source[1] if param is SINCE else param
        for source in sources
        for param in params
    ]


def _of_source(
    followed: Followed, queryset: ActionQuerySet[Any], key: Any, since: Any
) -> ActionQuerySet[Any]:
    """The actions of one source, whose key and time are given as expressions."""
    if followed.q:
        queryset = queryset.filter(followed.q)
    if followed.role == "actor":
        queryset = queryset.filter(actor=key)
    else:
        types = ContentType.objects.db_manager(queryset.db)
        queryset = queryset.filter(
            **{
                f"{followed.role}_content_type": types.get_for_model(followed.model),
                f"{followed.role}_object_id": key,
            }
        )
    return queryset.filter(created__gte=since) if followed.since else queryset


def _compiled(queryset: models.QuerySet[Any, Any], connection: BaseDatabaseWrapper) -> SQL:
    sql, params = queryset.query.get_compiler(connection=connection).as_sql()
    return sql, list(params)


def _positions(queryset: ActionQuerySet[Any]) -> models.QuerySet[Any, Any]:
    return queryset.values_list(queryset.model._meta.pk.attname, "created")


def _in_order(queryset: ActionQuerySet[Any], descending: bool) -> ActionQuerySet[Any]:
    return queryset.newest_first() if descending else queryset.oldest_first()


def _columns(queryset: ActionQuerySet[Any], connection: BaseDatabaseWrapper) -> tuple[str, str]:
    """The quoted names of the primary key and of the time."""
    meta = queryset.model._meta
    fields: tuple[Any, Any] = (meta.pk, meta.get_field("created"))
    pk, created = (connection.ops.quote_name(field.column) for field in fields)
    return pk, created


def _order(queryset: ActionQuerySet[Any], connection: BaseDatabaseWrapper, descending: bool) -> str:
    pk, created = _columns(queryset, connection)
    way = "DESC" if descending else "ASC"
    return f"ORDER BY {created} {way}, {pk} {way}"
