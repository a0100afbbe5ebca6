"""Fill the tables with users and what they did, in SQL: a million actions take a minute."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from actstream.models import Action as StreamAction
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from django_activity.models import Action

from ..tables import Row

ACTIVE = 4_000  # users from key 1
DORMANT = 5_000  # the next ones: what they did lies in the oldest tenth
USERS = 20_000
TARGETS = 50_000  # groups that things are done to
FOLLOWED_TARGETS = 200

COLUMNS = (
    "actor_id, actor_label, verb, action_object_label, target_content_type_id, target_object_id,"
    " target_label, data, public, created"
)


@dataclass(frozen=True)
class Readers:
    """Keys of the users who read."""

    quiet: int = USERS - 5  # follows 50 dormant users
    busy: int = USERS - 4  # follows 500 active ones, has blocked 50 of them, and is in 200 groups
    keen: int = USERS - 3  # follows 2,000 active ones
    mixed: int = USERS - 2  # follows 250 of each


def build(actions: int) -> Readers:
    """Make as many actions, the same for both apps, and smaller tables of ours."""
    readers = Readers()
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5), current_setting('is_superuser')")
        if cursor.fetchone()[1] == "on":
            # Nobody checks millions of foreign keys that are known to be right.
            cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "INSERT INTO auth_user (id, password, is_superuser, username, first_name, last_name,"
            " email, is_staff, is_active, date_joined)"
            " SELECT i, '!', false, 'user' || i, '', '', '', false, true, now()"
            " FROM generate_series(1, %s) AS i",
            [USERS],
        )
        cursor.execute(
            "INSERT INTO auth_group (id, name)"
            " SELECT i, 'group' || i FROM generate_series(1, %s) AS i",
            [TARGETS],
        )
        _follow(cursor, readers)
        for size in _smaller(actions):
            schema = f"of_{size}"
            cursor.execute(f"CREATE SCHEMA {schema}")
            cursor.execute(
                f"CREATE TABLE {schema}.{Action._meta.db_table}"
                f" (LIKE {Action._meta.db_table} INCLUDING ALL)"
            )
            _act(cursor, size, f"{schema}.{Action._meta.db_table}")
        _act(cursor, actions, Action._meta.db_table)
        cursor.execute(
            f"INSERT INTO {StreamAction._meta.db_table} (actor_content_type_id, actor_object_id,"
            " verb, target_content_type_id, target_object_id, timestamp, public)"
            f" SELECT %s, actor_id, verb, target_content_type_id, target_object_id, created, public"
            f" FROM {Action._meta.db_table} ORDER BY id",
            [_type(get_user_model())],
        )
        cursor.execute("SET session_replication_role = origin")
        for table, last in (("auth_user", USERS), ("auth_group", TARGETS)):
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, last])
        cursor.execute("VACUUM ANALYZE")
    assert Action.objects.count() == StreamAction.objects.count() == actions
    return readers


def _smaller(actions: int) -> list[int]:
    return [size for size in (actions // 100, actions // 10) if size >= 100_000]


def tables(actions: int) -> dict[int, Any]:
    """For each number of actions that there is a table of, what to be in to use it."""
    return {size: lambda size=size: _searched(f"of_{size}, public") for size in _smaller(actions)}


@contextmanager
def _searched(path: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"SET search_path = {path}")
        yield
        cursor.execute("SET search_path = public")


def _act(cursor: Any, number: int, table: str) -> None:
    """One action every half minute, the last one now. A few of the active users do most of it."""
    cursor.execute(
        f"INSERT INTO {table} ({COLUMNS})"
        " SELECT who, 'user' || who, 'likes', '', %s, what, 'group' || what, '{}', true,"
        " now() - interval '30 seconds' * (%s - i) FROM ("
        "  SELECT i, 1 + (i * 7919) %% %s AS what, CASE WHEN i <= %s THEN %s + (i * 7919) %% %s"
        "  ELSE 1 + floor(%s * random() ^ 2) END AS who FROM generate_series(1::bigint, %s) AS i"
        " ) AS happened ORDER BY i",
        [_type(Group), number, TARGETS, number // 10, ACTIVE + 1, DORMANT, ACTIVE, number],
    )


def _follow(cursor: Any, readers: Readers) -> None:
    for reader, followees, values in (
        (readers.quiet, "%s + i * 97 %% %s FROM generate_series(1, 50)", [ACTIVE + 1, DORMANT]),
        (readers.busy, "1 + i * 7 %% %s FROM generate_series(1, 500)", [ACTIVE]),
        (readers.keen, "i * 2 FROM generate_series(1, 2000)", []),
        (readers.mixed, "i * 18 FROM generate_series(1, 500)", []),
    ):
        chosen = f"SELECT {followees} AS i"
        cursor.execute(
            "INSERT INTO django_follow_follow (created, follower_id, followee_id)"
            f" SELECT now(), %s, chosen.who FROM ({chosen}) AS chosen (who)",
            [reader, *values],
        )
    cursor.execute(
        "INSERT INTO actstream_follow"
        " (actor_only, flag, started, content_type_id, user_id, object_id)"
        " SELECT true, '', created, %s, follower_id, followee_id FROM django_follow_follow",
        [_type(get_user_model())],
    )
    cursor.execute(
        "INSERT INTO auth_user_groups (user_id, group_id)"
        " SELECT %s, i * 50 FROM generate_series(1, %s) AS i",
        [readers.busy, FOLLOWED_TARGETS],
    )
    cursor.execute(
        "INSERT INTO django_follow_block (created, blocker_id, blocked_id)"
        " SELECT now(), follower_id, followee_id FROM django_follow_follow"
        " WHERE follower_id = %s ORDER BY followee_id LIMIT 50",
        [readers.busy],
    )


def _type(model: Any) -> int:
    return ContentType.objects.get_for_model(model).pk


def growth(actions: int) -> Iterator[Row]:
    sizes = {}
    with connection.cursor() as cursor:
        for model in (Action, StreamAction):
            cursor.execute(
                "SELECT pg_total_relation_size(%s), pg_indexes_size(%s)", [model._meta.db_table] * 2
            )
            sizes[model] = [size / actions for size in cursor.fetchone()]
    (ours, our_indexes), (peer, peer_indexes) = sizes.values()
    yield Row(
        f"bytes per action, of {actions:,}",
        f"{ours:.0f}, {our_indexes:.0f} of them indexes",
        "",
        f"{peer:.0f}, {peer_indexes:.0f} of them indexes",
        ratio=f"{ours / peer:.2f}",
        bar="≤ 1.0",
        met=ours <= peer,
    )
