from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from testapp.models import Topic

from django_viewcount import storage
from django_viewcount.api import count_view
from django_viewcount.models import DailyViews, ViewCount
from django_viewcount.storage import add, columns_of, store, upsert_sql

UNIQUE = ["content_type", "object_id", "counter"]
DAY = date(2026, 1, 2)


@pytest.mark.django_db
def test_adds() -> None:
    topic = ContentType.objects.get_for_model(Topic).pk
    rows = [(topic, "1", "view", 2), (topic, "2", "view", 3), (topic, "1", "download", 9)]
    add(ViewCount, UNIQUE, rows[:2], "default")
    add(ViewCount, UNIQUE, rows, "default")
    add(ViewCount, UNIQUE, [], "default")
    daily = [(topic, "1", "view", DAY, 4)]
    add(DailyViews, [*UNIQUE, "day"], daily, "default")
    add(DailyViews, [*UNIQUE, "day"], daily, "default")

    assert set(ViewCount.objects.values_list("object_id", "counter", "views")) == {
        ("1", "view", 4),
        ("2", "view", 6),
        ("1", "download", 9),
    }
    assert list(DailyViews.objects.values_list("day", "views")) == [(DAY, 8)]


@pytest.mark.django_db
def test_database_without_a_known_upsert(monkeypatch: pytest.MonkeyPatch) -> None:
    """A project that cannot work is told so, and not that the database is away."""
    monkeypatch.setattr(connection.features, "supports_update_conflicts", False)

    with pytest.raises(ImproperlyConfigured) as excinfo:
        count_view(None, Topic.objects.create(name="Jazz"))

    assert str(excinfo.value) == (
        f"Views cannot be kept in the database 'default' ({connection.display_name}): it has no "
        "upsert. Use SQLite, PostgreSQL, MariaDB or MySQL, by a router if need be."
    )


@pytest.mark.django_db
def test_many_rows_go_in_few_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "CHUNK", 100)
    views = {f"{number:04}": number + 1 for number in range(250)}
    ContentType.objects.get_for_model(Topic)

    with CaptureQueriesContext(connection) as queries:
        store(Topic, views, {}, "default")

    assert len(queries) == 3
    assert ViewCount.objects.totals(Topic, list(views)) == views


@pytest.mark.django_db
def test_rows_are_taken_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[list[Any]] = []
    monkeypatch.setattr(storage, "add", lambda table, unique, rows, using: taken.append(rows))

    store(Topic, {"b": 1, "a": 2}, {("b", DAY): 1, ("a", DAY): 1, ("a", date.min): 1}, "default")

    assert [[row[1:-1] for row in rows] for rows in taken] == [
        [("a", "view"), ("b", "view")],
        [("a", "view", date.min), ("a", "view", DAY), ("b", "view", DAY)],
    ]


@pytest.mark.django_db(transaction=True)
def test_writers_in_opposite_order_do_not_deadlock(together: Callable[..., list[Any]]) -> None:
    keys = [str(number) for number in range(40)]

    def write(number: int) -> None:
        shuffled = random.sample(keys, len(keys))
        for _ in range(5):
            with transaction.atomic():
                store(Topic, dict.fromkeys(shuffled, 1), {(k, DAY): 1 for k in shuffled}, "default")

    assert together(8, write) == [None] * 8
    assert ViewCount.objects.totals(Topic, keys) == dict.fromkeys(keys, 40)


@pytest.mark.django_db
def test_other_errors_are_not_taken_for_a_conflict() -> None:
    topic = ContentType.objects.get_for_model(Topic).pk

    with pytest.raises(IntegrityError), transaction.atomic():
        add(ViewCount, UNIQUE, [(topic, None, "view", 1)], "default")


@pytest.mark.parametrize(
    ("with_target", "mariadb", "end"),
    [
        (
            True,
            False,
            " ON CONFLICT (<content_type_id>, <object_id>, <counter>) DO UPDATE SET "
            "<views> = <django_viewcount_viewcount>.<views> + EXCLUDED.<views>",
        ),
        (
            False,
            True,
            " ON DUPLICATE KEY UPDATE "
            "<views> = <django_viewcount_viewcount>.<views> + VALUES(<views>)",
        ),
        (
            False,
            False,
            " AS added ON DUPLICATE KEY UPDATE "
            "<views> = <django_viewcount_viewcount>.<views> + added.<views>",
        ),
    ],
)
def test_statements(with_target: bool, mariadb: bool, end: str) -> None:
    database: Any = SimpleNamespace(
        ops=SimpleNamespace(quote_name=lambda name: f"<{name}>"),
        features=SimpleNamespace(supports_update_conflicts_with_target=with_target),
        mysql_is_mariadb=mariadb,
    )
    fields = columns_of(ViewCount, [*UNIQUE, "views"])

    assert upsert_sql(database, ViewCount, fields, UNIQUE, 2) == (
        "INSERT INTO <django_viewcount_viewcount> "
        "(<content_type_id>, <object_id>, <counter>, <views>) "
        f"VALUES (%s, %s, %s, %s), (%s, %s, %s, %s){end}"
    )
