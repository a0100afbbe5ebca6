from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import CaptureQueriesContext
from testapp.models import Topic

from django_viewcount import storage
from django_viewcount.api import count_view
from django_viewcount.models import DailyViews, ViewCount
from django_viewcount.storage import add, store, upsert_sql
from django_viewcount.targets import Kind

KIND = Kind(Topic)
DAY, NEXT = date(2026, 1, 2), date(2026, 1, 3)


def stored(kind: Kind = KIND) -> dict[str, tuple[int, int]]:
    rows = ViewCount.objects.for_kind(kind)
    return {key: (views, uniques) for key, views, uniques in rows.values_list(*COLUMNS)}


def stored_days() -> dict[tuple[str, date], tuple[int, int]]:
    rows = DailyViews.objects.for_kind(KIND)
    return {
        (key, day): (views, uniques)
        for key, views, uniques, day in rows.values_list(*COLUMNS, "day")
    }


COLUMNS = ("object_id", "views", "uniques")


@pytest.mark.django_db
def test_adds() -> None:
    days = {("1", DAY): 2, ("2", DAY): 3}
    assert store(KIND, {"1": 2, "2": 3}, days, {}, "default") == {"1": 2, "2": 3}
    assert store(KIND, {"1": 5}, {("1", DAY): 4, ("1", NEXT): 1}, {}, "default") == {"1": 7}
    store(Kind(Topic, "download"), {"1": 9}, {}, {}, "default")
    assert store(KIND, {}, {}, {}, "default") == {}

    assert stored() == {"1": (7, 0), "2": (3, 0)}
    assert stored(Kind(Topic, "download")) == {"1": (9, 0)}
    assert stored_days() == {("1", DAY): (6, 0), ("2", DAY): (3, 0), ("1", NEXT): (1, 0)}


@pytest.mark.django_db
def test_uniques_are_absolute_and_add_up_over_days() -> None:
    store(KIND, {"1": 5}, {("1", DAY): 5}, {("1", DAY): 3}, "default")
    store(KIND, {"1": 1}, {("1", DAY): 1}, {("1", DAY): 3}, "default")
    assert stored() == {"1": (6, 3)}
    store(KIND, {"1": 1}, {("1", NEXT): 1}, {("1", DAY): 4, ("1", NEXT): 1}, "default")
    store(KIND, {"1": 1}, {("1", DAY): 1}, {("1", DAY): 2}, "default")  # a sketch that was lost

    assert stored() == {"1": (8, 5)}
    assert stored_days() == {("1", DAY): (7, 4), ("1", NEXT): (1, 1)}


@pytest.mark.django_db
def test_uniques_without_views() -> None:
    store(KIND, {}, {}, {("1", DAY): 3}, "default")

    assert stored() == {"1": (0, 3)}
    assert stored_days() == {("1", DAY): (0, 3)}


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
    monkeypatch.setattr(storage, "CHUNK_OF_COLUMNS", 100)
    views = {f"{number:04}": number + 1 for number in range(250)}
    days = {(key, DAY): number for key, number in views.items()}
    uniques = dict.fromkeys(days, 1)
    ContentType.objects.get_for_model(Topic)

    with CaptureQueriesContext(connection) as queries:
        found = store(KIND, views, days, uniques, "default")

    returning = connection.features.can_return_columns_from_insert
    assert len(queries) == 3 * (4 if returning else 5)
    assert found == views
    assert ViewCount.objects.totals(KIND, list(views)) == views


@pytest.mark.django_db
def test_rows_are_taken_in_order() -> None:
    keys = ["b", "a", "c"]

    with CaptureQueriesContext(connection) as queries:
        store(KIND, dict.fromkeys(keys, 1), {(key, DAY): 1 for key in keys}, {}, "default")

    inserts = [query["sql"] for query in queries if query["sql"].startswith("INSERT")]
    assert len(inserts) == 2
    for sql in inserts:
        assert re.findall(r"[',{]([abc])[',}]", sql.replace(",", ",,")) == ["a", "b", "c"]


@pytest.mark.django_db(transaction=True)
def test_writers_in_opposite_order_do_not_deadlock(together: Callable[..., list[Any]]) -> None:
    keys = [str(number) for number in range(40)]

    def write(number: int) -> None:
        for _ in range(5):
            shuffled = random.sample(keys, len(keys))
            days = {(key, DAY): 1 for key in shuffled}
            with transaction.atomic():
                store(KIND, dict.fromkeys(shuffled, 1), days, dict.fromkeys(days, 7), "default")

    assert together(8, write) == [None] * 8
    assert stored() == dict.fromkeys(keys, (40, 7))


@pytest.mark.django_db
def test_other_errors_are_not_taken_for_a_conflict() -> None:
    topic = ContentType.objects.get_for_model(Topic).pk

    with pytest.raises(IntegrityError), transaction.atomic():
        add(ViewCount, [(topic, None, "view", 1, 0)], "default")


@pytest.mark.parametrize(
    ("vendor", "mariadb", "text"),
    [
        (
            "postgresql",
            False,
            "SELECT * FROM unnest(%s::integer[], %s::varchar(64)[], %s::varchar(32)[], "
            "%s::bigint[], %s::bigint[]) ON CONFLICT (<content_type_id>, <object_id>, <counter>) "
            "DO UPDATE SET <views> = <django_viewcount_viewcount>.<views> + EXCLUDED.<views>",
        ),
        (
            "mysql",
            True,
            "VALUES (%s, %s, %s, %s, %s), (%s, %s, %s, %s, %s) ON DUPLICATE KEY UPDATE "
            "<views> = <django_viewcount_viewcount>.<views> + VALUES(<views>)",
        ),
        (
            "mysql",
            False,
            "VALUES (%s, %s, %s, %s, %s), (%s, %s, %s, %s, %s) AS added ON DUPLICATE KEY UPDATE "
            "<views> = <django_viewcount_viewcount>.<views> + added.<views>",
        ),
    ],
)
def test_statements(vendor: str, mariadb: bool, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    types = {"ForeignKey": "integer", "BigIntegerField": "bigint"}
    database: Any = SimpleNamespace(
        vendor=vendor,
        ops=SimpleNamespace(quote_name=lambda name: f"<{name}>", cast_data_types={}),
        features=SimpleNamespace(supports_update_conflicts_with_target=vendor != "mysql"),
        mysql_is_mariadb=mariadb,
    )
    monkeypatch.setattr(
        models.Field,
        "cast_db_type",
        lambda field, connection: types.get(type(field).__name__, f"varchar({field.max_length})"),
    )
    monkeypatch.setattr(
        models.ForeignKey, "cast_db_type", lambda field, connection: "integer", raising=False
    )

    sql = upsert_sql(database, ViewCount, 2)

    assert sql.startswith(
        "INSERT INTO <django_viewcount_viewcount> "
        "(<content_type_id>, <object_id>, <counter>, <views>, <uniques>) "
    )
    assert text in sql
