"""Insert an action unless the same one is there already, exactly, under any concurrency.

Writers of the same action first queue at a lock that lasts until their transaction ends; then one
statement inserts the row unless a matching one lies within the window. Looking and inserting are
one statement after the lock, so each sees what the writer before it has committed. The rows are
the only memory: a row deleted or moved out of the window no longer counts.
"""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any, cast

from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import DatabaseDefault
from django.utils import timezone

from .models import AbstractAction, DedupLock

KEY_FIELDS = (
    "actor_id",
    "verb",
    "action_object_content_type_id",
    "action_object_object_id",
    "target_content_type_id",
    "target_object_id",
)


def insert_unless_logged(action: AbstractAction, window: float, using: str) -> bool:
    """Insert `action` unless the same one was logged within `window` seconds of its `created`.

    Runs inside the caller's transaction, which it needs. Returns whether the row was inserted;
    then `action.pk` is set. Costs two statements, on SQLite one.
    """
    connection = connections[using]
    _queue_up(connection, action)
    values, unknown = _values(connection, action)
    sql, params = _conditional_insert(connection, action, values, same_as(action, window, using))
    pk_name = action._meta.pk.attname
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        if connection.features.can_return_columns_from_insert:
            row = cursor.fetchone()
        else:
            row = (cursor.lastrowid,) if cursor.rowcount else None
    if row is None:
        return False
    if action.pk is None or pk_name in unknown:
        action.pk = action._meta.pk.to_python(row[0])
    for name in unknown - {pk_name}:
        del action.__dict__[name]  # deferred: read from the row when asked for
    action._state.adding, action._state.db = False, using
    return True


def find_same(action: AbstractAction, window: float, using: str) -> AbstractAction | None:
    """The newest logged action that `action` would repeat, or None.

    At REPEATABLE READ, MySQL and MariaDB insert by what is committed but read by the transaction's
    snapshot. A locking read sees what the insert saw.
    """
    same = same_as(action, window, using).order_by("-created", "-pk")
    found = same.first() or same.select_for_update().first()
    return cast("AbstractAction | None", found)


def same_as(action: AbstractAction, window: float, using: str) -> models.QuerySet[Any]:
    """The logged actions that `action` would repeat.

    The window reaches both ways: clocks of two writers may disagree, and imports are back-dated.
    """
    reach = timedelta(seconds=window)
    key = {name: getattr(action, name) for name in KEY_FIELDS}
    given = {name: value for name, value in key.items() if value is not None}
    absent = {f"{name}__isnull": True for name, value in key.items() if value is None}
    if action.actor_id is None:
        given["actor_label"] = ""  # the system, not somebody who was deleted
    return (
        type(action)
        ._base_manager.using(using)
        .filter(
            **given,
            **absent,
            created__gt=action.created - reach,
            created__lt=action.created + reach,
        )
    )


def _queue_up(connection: BaseDatabaseWrapper, action: AbstractAction) -> None:
    """Wait for other writers of the same action until this transaction ends."""
    if connection.vendor == "sqlite":
        return  # one writer at a time as it is
    key = _lock_key(action)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
        return
    # An upsert takes the row's exclusive lock at once, new or old, so that two cannot deadlock.
    DedupLock.objects.using(connection.alias).bulk_create(
        [DedupLock(key=key, locked_at=timezone.now())],
        update_conflicts=True,
        update_fields=["locked_at"],
    )


def _lock_key(action: AbstractAction) -> int:
    """A signed 64-bit number of the action's identity; a collision only makes two writers wait."""
    identity = [action._meta.label, *(str(getattr(action, name)) for name in KEY_FIELDS)]
    digest = hashlib.blake2b(json.dumps(identity).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _values(
    connection: BaseDatabaseWrapper, action: AbstractAction
) -> tuple[dict[str, Any], set[str]]:
    """The value of each column to insert, and the attributes that only the database will know."""
    meta = action._meta
    values: dict[str, Any] = {}
    unknown: set[str] = set()
    for field in meta.concrete_fields:
        if field.generated:
            continue
        value = field.pre_save(action, add=True)
        kept = getattr(action, field.attname)
        if hasattr(kept, "resolve_expression"):
            unknown.add(field.attname)
        if isinstance(kept, DatabaseDefault) or (field is meta.pk and value is None):
            continue
        if hasattr(value, "resolve_expression"):
            query = type(action)._base_manager.all().query
            value = value.resolve_expression(query, allow_joins=False, for_save=True)
        values[str(field.column)] = field.get_db_prep_save(value, connection)
    return values, unknown


def _conditional_insert(
    connection: BaseDatabaseWrapper,
    action: AbstractAction,
    values: dict[str, Any],
    same: models.QuerySet[Any],
) -> tuple[str, list[Any]]:
    """INSERT … SELECT the action's values WHERE NOT EXISTS the same, in the database's dialect."""
    quote = connection.ops.quote_name
    meta = action._meta
    compiler = same.order_by().values("pk")[:1].query.get_compiler(connection=connection)
    exists, exists_params = compiler.as_sql()
    compiled = [
        compiler.compile(value) if hasattr(value, "as_sql") else ("%s", [value])
        for value in values.values()
    ]
    params = [param for _, some in compiled for param in some]
    sql = (  # names are quoted, values are parameters
        f"INSERT INTO {quote(meta.db_table)} ({', '.join(map(quote, values))}) "  # noqa: S608 (see above)
        f"SELECT {', '.join(text for text, _ in compiled)}"
        f"{' FROM DUAL' if connection.vendor == 'mysql' else ''} WHERE NOT EXISTS ({exists})"
    )
    if connection.features.can_return_columns_from_insert:
        sql += f" RETURNING {quote(str(meta.pk.column))}"
    return sql, [*params, *exists_params]
