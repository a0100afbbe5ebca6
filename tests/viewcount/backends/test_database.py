from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone as django_timezone
from testapp.models import Document, Topic

from django_viewcount import clock
from django_viewcount.api import (
    Reason,
    attach_views,
    count_view,
    count_views,
    explain,
    flush,
    get_unique_views,
    get_views,
    most_viewed,
    rank,
    series,
)
from django_viewcount.backends import database, get_backend
from django_viewcount.models import (
    DailyViews,
    FlushBatch,
    HourlyViews,
    Mark,
    ViewCount,
    VisitorSalt,
)
from django_viewcount.targets import Kind
from tests.viewcount.contract import ViewCountContract, make_documents


class TestDatabaseBackend(ViewCountContract):
    pass


class TestWithoutTimeZones(ViewCountContract):
    """The same with USE_TZ off, where midnight is not that of UTC and summer time may end."""

    @pytest.fixture(autouse=True)
    def _zone(self, settings: Any) -> None:
        settings.USE_TZ = False
        settings.TIME_ZONE = "America/Caracas"


@pytest.mark.skipif(connection.vendor == "postgresql", reason="PostgreSQL always tells")
class TestWithoutReturning(ViewCountContract):
    """A database that does not tell what it wrote, such as MySQL and an older SQLite."""

    @pytest.fixture(autouse=True)
    def _silent(self, monkeypatch: pytest.MonkeyPatch) -> None:
        features = type(connection.features)
        monkeypatch.setattr(features, "can_return_columns_from_insert", False)


@pytest.mark.django_db
def test_rows() -> None:
    topic = Topic.objects.create(pk=5, name="Jazz")
    count_view(None, topic, views=2, at=datetime(2026, 1, 2, 12, tzinfo=timezone.utc))
    count_view(None, topic, views=1, at=datetime(2026, 1, 2, 12, tzinfo=timezone.utc))
    count_view(None, topic, views=4, at=datetime(2025, 12, 31, 12, tzinfo=timezone.utc))

    assert list(ViewCount.objects.values_list("object_id", "counter", "views")) == [
        ("5", "view", 7)
    ]
    days = DailyViews.objects.for_kind(Kind(Topic))
    assert set(days.values_list("object_id", "day", "views")) == {
        ("5", date(2026, 1, 2), 3),
        ("5", date(2025, 12, 31), 4),
    }
    assert not HourlyViews.objects.exists()  # that was long ago
    flush()
    assert not FlushBatch.objects.exists()


@pytest.mark.django_db
def test_total_is_known_at_once() -> None:
    topic = Topic.objects.create(name="Jazz")

    assert count_view(None, topic, views=2).views == 2
    results = count_views(None, [(topic, "view", None)] * 3)
    assert [result.views for result in results] == [3, 4, 5]


# In a transaction of the test, so within a savepoint that is made and released.
SAVEPOINT = 2


@pytest.fixture
def silent() -> int:
    """The SELECT for the totals, where the database does not tell what it wrote."""
    return 0 if connection.features.can_return_columns_from_insert else 1


@pytest.mark.django_db
@pytest.mark.parametrize("size", [1, 50])
def test_costs(size: int, silent: int, django_assert_num_queries: Any) -> None:
    documents = make_documents(size)
    ContentType.objects.get_for_models(Document, Topic)  # looked up once per process
    for number, document in enumerate(documents, 1):
        count_view(None, document, views=number)

    with django_assert_num_queries(SAVEPOINT + 3 + silent):  # total, day and hour
        count_view(None, documents[0])
    with django_assert_num_queries(SAVEPOINT + 3 + silent):
        count_views(None, [(document, "view", None) for document in documents])
    for read in (
        lambda: get_views(documents[0]),
        lambda: get_unique_views(documents[0]),
        lambda: get_views(documents[0], start=date(2026, 1, 1)),
        lambda: series(documents[0], days=30),
        lambda: series(documents[0], hours=48),
        lambda: attach_views(documents),
    ):
        with django_assert_num_queries(1):
            read()
    for costs, read in (
        (2, lambda: attach_views(documents, uniques=True)),
        (2, lambda: attach_views([*documents, Topic(pk=1)])),
        (2, lambda: most_viewed(Document.objects.all(), limit=50)),
        (3, lambda: most_viewed(Document.objects.all(), "week", limit=50)),
        (3, lambda: most_viewed(Document.objects.all(), "trending", limit=50)),
        (2, lambda: rank(documents[0])),
        (2, lambda: rank(documents[0], period="trending")),
    ):
        with django_assert_num_queries(costs):
            read()


@pytest.mark.django_db
def test_costs_of_a_visitor(
    silent: int, django_assert_num_queries: Any, settings: Any, visit: Callable[..., Any]
) -> None:
    topic, request = Topic.objects.create(name="Jazz"), visit()
    ContentType.objects.get_for_model(Topic)
    take = 1 if connection.features.can_return_columns_from_insert else 2
    take = 1 if connection.vendor == "mysql" else take
    salt = SAVEPOINT + 1  # within a transaction it is asked for each time

    counts, sweeps = SAVEPOINT + 3 + take + silent, 4 * SAVEPOINT + 3
    with django_assert_num_queries(salt + 2 + sweeps + counts):
        count_view(
            request, topic
        )  # the first of the day: INSERT and SELECT, and three tables swept
    with django_assert_num_queries(salt + counts):
        count_view(request, topic)
    settings.VIEWCOUNT_COOLDOWN = 20  # so short that it reaches back over no midnight
    with django_assert_num_queries(salt + counts):
        count_view(request, topic)
    with django_assert_num_queries(salt + SAVEPOINT + 1):
        assert count_view(request, topic).reason == "cooldown"
    settings.VIEWCOUNT_COOLDOWN = 0
    settings.VIEWCOUNT_NETWORK_LIMIT = 9
    request = visit("198.51.100.9")  # for the first one, the cooldown stays in force
    with django_assert_num_queries(salt + 2 * SAVEPOINT + 3 + 3 * take + silent):
        count_view(request, topic, token="a")
    with django_assert_num_queries(salt + SAVEPOINT + 1):
        explain(request, topic)


@pytest.mark.django_db
def test_refused_write_leaves_the_page_alive(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    topic = Topic.objects.create(name="Jazz")

    def fail(*args: Any, **kwargs: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT nothing FROM nowhere")

    monkeypatch.setattr(database, "add", fail)
    with caplog.at_level(logging.ERROR, "django_viewcount"):
        result = count_view(None, topic)

    assert result == (False, Reason.UNAVAILABLE, None)
    assert Topic.objects.get() == topic  # the transaction is still usable
    (record,) = caplog.records
    assert record.getMessage().startswith("Views cannot be counted or read: The database refused")
    assert isinstance(record.args[0].__cause__, DatabaseError)


@pytest.mark.django_db
def test_ranking_uses_its_index() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite names the index of so small a table")
    count_view(None, Topic.objects.create(name="Jazz"))
    with CaptureQueriesContext(connection) as queries:
        list(ViewCount.objects.top(Kind(Topic))[:10])

    plan = ViewCount.objects.top(Kind(Topic))[:10].explain()

    assert len(queries) == 1
    assert "django_viewcount_ranking" in plan


@pytest.mark.django_db
def test_nothing_personal_is_stored(visit: Callable[..., Any], settings: Any) -> None:
    settings.VIEWCOUNT_COOLDOWN = 60
    settings.VIEWCOUNT_NETWORK_LIMIT = 9
    topic = Topic.objects.create(name="Jazz")
    count_view(visit("203.0.113.7"), topic, token="token")
    count_view(None, topic, visitor="Ann")

    for table in (Mark, VisitorSalt, ViewCount, DailyViews, HourlyViews):
        for row in table.objects.values_list():
            assert not any(word in str(row) for word in ("203.0", "Chrome", "Ann", "token"))
    assert Mark.objects.count() == 5
    assert all(len(key) == 32 for key in Mark.objects.values_list("pk", flat=True))


@pytest.mark.django_db
def test_what_is_over_is_deleted_once_an_hour(
    monkeypatch: pytest.MonkeyPatch, visit: Callable[..., Any]
) -> None:
    topic = Topic.objects.create(name="Jazz")
    count_view(visit(), topic)
    backend: Any = get_backend()
    days = clock.site_day(clock.moment())
    old = VisitorSalt.objects.create(day=days - timedelta(days=2), salt=b"x")
    VisitorSalt.objects.update(created=django_timezone.now() - timedelta(hours=25))
    fresh = VisitorSalt.objects.create(day=days - timedelta(days=400), salt=b"x")
    HourlyViews.objects.update(hour=clock.hour_of(clock.moment()) - 49)
    Mark.objects.update(expires=1)
    kept = Mark.objects.create(key="kept", value=1, until=0, expires=2**60)

    count_view(None, topic)
    assert Mark.objects.count() == 2
    backend.swept["default"] -= 1
    count_view(None, topic)

    assert list(Mark.objects.all()) == [kept]
    assert HourlyViews.objects.count() == 1
    days_left = set(VisitorSalt.objects.values_list("day", flat=True))
    assert days_left == {days, fresh.day}
    assert old.day not in days_left


@pytest.mark.django_db
def test_first_visitor_of_a_day_deletes_what_is_over(visit: Callable[..., Any]) -> None:
    Mark.objects.create(key="over", value=1, until=0, expires=1)

    count_view(visit(), Topic.objects.create(name="Jazz"))

    assert not Mark.objects.filter(key="over").exists()


@pytest.mark.django_db
def test_network_limit_below_the_views_of_one_call(
    settings: Any, visit: Callable[..., Any]
) -> None:
    settings.VIEWCOUNT_NETWORK_LIMIT = 3
    topic = Topic.objects.create(name="Jazz")

    assert count_view(visit(), topic, views=4).reason is Reason.NETWORK_LIMIT
    assert not Mark.objects.exists()
