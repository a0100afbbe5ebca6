"""Insert an action unless the same one is there already, exactly, under any concurrency.

Writers of the same action first queue at a lock that lasts until their transaction ends; then one
statement inserts the row unless a matching one lies within the window. It comes after the lock, so
each writer sees what the one before it has committed. The rows are the only memory: a row deleted
or moved out of the window no longer counts.

PostgreSQL is sent both statements at once. It gives each a view of its own of what is committed
and, outside of a transaction, makes one of the two: neither BEGIN nor COMMIT is sent.

PostgreSQL keeps its advisory locks in shared memory, with room for some thousands. So whoever logs
many different actions closes one gate to all writers instead of locking each action; a writer of
one action holds that gate open as long as its transaction lasts.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, cast

from django.db import connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils import timezone

from .inserting import insert
from .models import AbstractAction, DedupLock
from .sources import SQL

KEY_FIELDS = (
    "actor_id",
    "verb",
    "action_object_content_type_id",
    "action_object_object_id",
    "target_content_type_id",
    "target_object_id",
)


MAX_LOCKS = 500
ACTIONS_AT_ONCE, SPANS_AT_ONCE = 5_000, 100
GATE = int.from_bytes(b"activity", "big")  # any number that no other program locks


def insert_unless_logged(action: AbstractAction, window: float, using: str) -> bool:
    """Insert `action` unless the same one was logged within `window` seconds of its `created`.

    Needs `transaction_for()`. Returns whether the row was inserted; then `action.pk` is set. Costs
    one statement, on MySQL and MariaDB two.
    """
    connection = connections[using]
    same = _is_same(action, window, connection)
    if _takes_two_at_once(connection):
        return insert(action, using, same, _lock([_lock_key(action)]))
    queue_up([action], using)
    return insert(action, using, same)


def transaction_for(using: str) -> AbstractContextManager[object]:
    """The transaction to log one action in: none where one statement does it, else the caller's.

    As with `Model.save()`, it is no savepoint of the caller's.
    """
    connection = connections[using]
    by_one = connection.vendor == "sqlite" or _takes_two_at_once(connection)
    if by_one and not connection.in_atomic_block and connection.get_autocommit():
        return nullcontext()
    return transaction.atomic(using=using, savepoint=False)


def _takes_two_at_once(connection: BaseDatabaseWrapper) -> bool:
    """Does the database take two statements with parameters in one message?"""
    features: Any = connection.features
    return connection.vendor == "postgresql" and not features.uses_server_side_binding


def find_same(action: AbstractAction, window: float, using: str) -> AbstractAction | None:
    """The newest logged action that `action` would repeat, or None.

    At REPEATABLE READ, MySQL and MariaDB insert by what is committed but read by the transaction's
    snapshot. A locking read sees what the insert saw.
    """
    connection = connections[using]
    condition, params = _is_same(action, window, connection)
    is_same = RawSQL(condition, params, models.BooleanField())  # noqa: S611 (values are parameters)
    actions: models.QuerySet[Any] = type(action)._base_manager.using(using)
    same = actions.filter(is_same).order_by("-created", "-pk")
    found = same.first()
    if found is None and connection.vendor == "mysql":
        found = same.select_for_update().first()
    return cast("AbstractAction | None", found)


def _is_same(action: AbstractAction, window: float, connection: BaseDatabaseWrapper) -> SQL:
    """The condition of the logged actions that `action` would repeat.

    The window reaches both ways: clocks of two writers may disagree, and imports are back-dated.
    Composed by hand, since every `log()` needs it and the ORM takes long over so many conditions.
    """
    meta, reach = action._meta, timedelta(seconds=window)
    wanted = [(name, "=", getattr(action, name)) for name in KEY_FIELDS]
    wanted += [("created", ">", action.created - reach), ("created", "<", action.created + reach)]
    if action.actor_id is None:
        wanted.append(("actor_label", "=", ""))  # the system, not somebody who was deleted
    # Public or not: the indexes have it before the time.
    conditions = [f"{connection.ops.quote_name('public')} IN (%s, %s)"]
    params: list[Any] = [True, False]
    for name, operator, value in wanted:
        field: Any = meta.get_field(name)
        column = connection.ops.quote_name(field.column)
        if value is None:
            conditions.append(f"{column} IS NULL")
        else:
            conditions.append(f"{column} {operator} %s")
            params.append(field.get_db_prep_save(value, connection))
    return " AND ".join(conditions), params


def queue_up(actions: Sequence[AbstractAction], using: str) -> None:
    """Wait for other writers of the same actions until this transaction ends. One statement."""
    connection = connections[using]
    if connection.vendor == "sqlite":
        return  # one writer at a time as it is
    if connection.vendor == "postgresql" and len(actions) > MAX_LOCKS:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [GATE])
        return
    # In their order, so that two writers of the same actions wait in a line and not in a ring.
    keys = sorted({_lock_key(action) for action in actions})
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(*_lock(keys))
        return
    # An upsert takes the row's exclusive lock at once, new or old, so that two cannot deadlock.
    now = timezone.now()
    DedupLock.objects.using(using).bulk_create(
        [DedupLock(key=key, locked_at=now) for key in keys],
        batch_size=1000,
        update_conflicts=True,
        update_fields=["locked_at"],
    )


def _lock(keys: list[int]) -> SQL:
    """PostgreSQL's statement to wait for other writers of these actions."""
    if len(keys) == 1:
        return "SELECT pg_advisory_xact_lock_shared(%s), pg_advisory_xact_lock(%s)", [GATE, *keys]
    return (
        "SELECT pg_advisory_xact_lock_shared(%s) UNION ALL "
        "SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) AS keys(key)",
        [GATE, keys],
    )


def find_repeats(
    actions: Sequence[AbstractAction], windows: Sequence[float], using: str
) -> set[int]:
    """Which of these unsaved actions, by position, repeat a logged one or one before them here.

    Each has a window of its own, in seconds. One query for 5,000 actions, on SQLite for 499; and
    for 100 that are further apart in time than the longest window.
    """
    reach = timedelta(seconds=max(windows))
    times: dict[tuple[Any, ...], list[datetime]] = defaultdict(list)
    for spans in _spans(sorted(actions, key=attrgetter("created")), reach, using):
        for *key, created in _logged_about(spans, reach, using):
            times[tuple(key)].append(created)
    repeats = set()
    for position, (action, window) in enumerate(zip(actions, windows, strict=True)):
        known, reach = times[_key(action)], timedelta(seconds=window)
        if any(abs(created - action.created) < reach for created in known):
            repeats.add(position)
        else:
            known.append(action.created)
    return repeats


def _spans(
    actions: Sequence[AbstractAction], reach: timedelta, using: str
) -> Iterator[list[list[AbstractAction]]]:
    """Actions, oldest first, in spans of time without a gap; as many spans as a query can take."""
    most = min(ACTIONS_AT_ONCE, (connections[using].features.max_query_params or 10**6) // 2)
    spans: list[list[AbstractAction]] = []
    for count, action in enumerate(actions):
        full = count % most == 0
        if full or action.created - spans[-1][-1].created > 2 * reach:
            if spans and (full or len(spans) == SPANS_AT_ONCE):
                yield spans
                spans = []
            spans.append([])
        spans[-1].append(action)
    yield spans


def _logged_about(
    spans: list[list[AbstractAction]], reach: timedelta, using: str
) -> models.QuerySet[Any, Any]:
    """Key and time of the logged actions that those in the spans may repeat."""
    around, verbs = Q(), set()
    for span in spans:
        start, end = span[0].created - reach, span[-1].created + reach
        around |= _by_any_of(span) & Q(created__gt=start, created__lt=end)
        verbs |= {action.verb for action in span}
    actions: models.QuerySet[Any] = type(spans[0][0])._base_manager.using(using)
    logged = actions.filter(around, verb__in=verbs, public__in=(True, False))
    if connections[using].vendor == "mysql":
        logged = logged.select_for_update()  # see find_same
    return logged.values_list(*KEY_FIELDS, "created")


def _by_any_of(actions: Sequence[AbstractAction]) -> Q:
    actors = {action.actor_id for action in actions}
    those = Q(actor__in=actors - {None})
    # The system, not somebody who was deleted.
    return those | Q(actor=None, actor_label="") if None in actors else those


def _key(action: AbstractAction) -> tuple[Any, ...]:
    return tuple(getattr(action, name) for name in KEY_FIELDS)


def _lock_key(action: AbstractAction) -> int:
    """A signed 64-bit number of the action's identity; a collision only makes two writers wait."""
    identity = [action._meta.label, *map(str, _key(action))]
    digest = hashlib.blake2b(json.dumps(identity).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
