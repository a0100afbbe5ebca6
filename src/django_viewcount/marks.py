"""The short memory of the database backend: which tokens, visitors and networks there were."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from hashlib import blake2b
from time import time
from typing import Any, NamedTuple

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from .backends.base import View
from .clock import HOUR, hour_of, site_day, start_of_day
from .conf import settings
from .models import Mark
from .reasons import Reason

TOKEN_LIFETIME = 24 * HOUR
VISITOR_LIFETIME = 48 * HOUR  # from the start of their day: then the salt is gone
NO_LIMIT = 2**62


class Gate(NamedTuple):
    """What a view has to pass, and what is remembered of it then."""

    reason: Reason
    """Why it does not."""
    key: str
    amount: int
    """How much the value grows,"""
    limit: int
    """and up to what."""
    until: int
    """When the gate opens again."""
    expires: int
    """When it is forgotten. Both in milliseconds since 1970."""

    def lets_in(self, mark: tuple[int, int] | None, now: int) -> bool:
        """Would a view pass, given the value and `until` that are remembered?"""
        value, until = mark or (0, 0)
        return until <= self.asked_at(now) and value + self.amount <= self.limit

    def asked_at(self, now: int) -> int:
        """A gate that opens at no time of its own is open, whatever it was before."""
        return now if self.until else NO_LIMIT


def now_in_ms() -> int:
    return int(time() * 1000)


def key_of(*parts: object) -> str:
    return blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def gates_of(view: View, now: int) -> list[Gate]:
    """The gates of a view in their order. That of a visitor also tells whether they are new."""
    model, key, counter = view.target
    name = (model._meta.label_lower, counter)
    gates = []
    if view.token is not None:
        end = now + TOKEN_LIFETIME * 1000
        token = key_of("token", name, key, view.token)
        gates.append(Gate(Reason.REPEATED, token, 1, NO_LIMIT, end, end))
    if view.visitor is not None:
        day = site_day(view.at)
        end = now + int(settings.cooldown * 1000)
        expires = int((start_of_day(day).timestamp() + VISITOR_LIFETIME) * 1000)
        seen = visitor_key(view, view.visitor.id, day)
        until = end if settings.cooldown else 0
        gates.append(Gate(Reason.COOLDOWN, seen, 1, NO_LIMIT, until, max(expires, end)))
        limit = settings.network_limit
        if limit is not None:
            hour = hour_of(view.at)
            network = key_of("network", name, key, hour, view.visitor.network)
            expires = max((hour + 2) * HOUR * 1000, now + HOUR * 1000)
            gates.append(Gate(Reason.NETWORK_LIMIT, network, view.views, limit, 0, expires))
    return gates


def visitor_key(view: View, visitor: str, day: date) -> str:
    model, key, counter = view.target
    return key_of("visitor", model._meta.label_lower, counter, key, visitor, day)


def previous_key(view: View) -> str | None:
    """The mark of the day before, if the cooldown may reach back to it."""
    if view.visitor is None or view.visitor.previous is None or not settings.cooldown:
        return None
    return visitor_key(view, view.visitor.previous, site_day(view.at) - timedelta(days=1))


def read(keys: Collection[str], using: str) -> dict[str, tuple[int, int]]:
    """What is remembered: value and `until` by key. Costs one query."""
    rows = Mark.objects.using(using).filter(key__in=keys)
    return {key: (value, until) for key, value, until in rows.values_list("key", "value", "until")}


def take(gate: Gate, now: int, using: str) -> int | None:
    """Pass a gate, for one of all who try at once; return the new value, or None if it is shut.

    Costs one statement, as long as the database can tell what it wrote.
    """
    if gate.amount > gate.limit:
        return None
    connection, now = connections[using], gate.asked_at(now)
    new: list[Any] = [gate.key, gate.amount, gate.until, gate.expires]
    with connection.cursor() as cursor:
        if connection.vendor == "mysql":
            # What LAST_INSERT_ID() was set to last comes with the answer: 0 if nothing changed.
            lets_in = [now, gate.amount, gate.limit]
            changes = [*lets_in, gate.expires, *lets_in, gate.amount, now, gate.until]
            cursor.execute(mysql_sql(connection), [*new, *changes])
            return cursor.lastrowid or None
        answers = connection.features.can_return_columns_from_insert
        cursor.execute(upsert_sql(connection, returning=answers), [*new, now, gate.limit])
        if answers:
            row = cursor.fetchone()
            return row[0] if row else None
        taken = cursor.rowcount
    return read([gate.key], using)[gate.key][0] if taken else None


def upsert_sql(connection: BaseDatabaseWrapper, *, returning: bool) -> str:
    quote = connection.ops.quote_name
    table, key, value, until, expires = map(
        quote, (Mark._meta.db_table, "key", "value", "until", "expires")
    )
    answer = f" RETURNING {value}" if returning else ""
    return (
        f"INSERT INTO {table} ({key}, {value}, {until}, {expires}) VALUES (%s, %s, %s, %s) "  # noqa: S608 (names only, no values)
        f"ON CONFLICT ({key}) DO UPDATE SET {value} = {table}.{value} + EXCLUDED.{value}, "
        f"{until} = EXCLUDED.{until}, {expires} = EXCLUDED.{expires} "
        f"WHERE {table}.{until} <= %s AND {table}.{value} + EXCLUDED.{value} <= %s{answer}"
    )


def mysql_sql(connection: BaseDatabaseWrapper) -> str:
    """The same where an upsert has no condition. Columns are changed in this order: each sees what
    those before have become."""
    quote = connection.ops.quote_name
    table, key, value, until, expires = map(
        quote, (Mark._meta.db_table, "key", "value", "until", "expires")
    )
    lets_in = f"{until} <= %s AND {value} + %s <= %s"
    return (
        f"INSERT INTO {table} ({key}, {value}, {until}, {expires}) "  # noqa: S608 (names only, no values)
        "VALUES (%s, LAST_INSERT_ID(%s), %s, %s) ON DUPLICATE KEY UPDATE "
        f"{expires} = IF({lets_in}, %s, {expires}), "
        f"{value} = IF({lets_in}, LAST_INSERT_ID({value} + %s), {value} + LAST_INSERT_ID(0)), "
        f"{until} = IF({until} <= %s, %s, {until})"
    )
