from __future__ import annotations

import logging
from datetime import date, datetime, timezone
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from testapp.models import Document, Topic

from django_viewcount.api import Reason, attach_views, count_view, flush, get_views, most_viewed
from django_viewcount.backends import database
from django_viewcount.models import DailyViews, FlushBatch, ViewCount
from tests.viewcount.contract import ViewCountContract, make_documents


class TestDatabaseBackend(ViewCountContract):
    pass


@pytest.mark.django_db
def test_rows() -> None:
    topic = Topic.objects.create(pk=5, name="Jazz")
    count_view(None, topic, views=2, at=datetime(2026, 1, 2, 12, tzinfo=timezone.utc))
    count_view(None, topic, views=1, at=datetime(2026, 1, 2, 12, tzinfo=timezone.utc))
    count_view(None, topic, views=4, at=datetime(2025, 12, 31, 12, tzinfo=timezone.utc))

    assert list(ViewCount.objects.values_list("object_id", "counter", "views")) == [
        ("5", "view", 7)
    ]
    assert set(DailyViews.objects.for_model(Topic).values_list("object_id", "day", "views")) == {
        ("5", date(2026, 1, 2), 3),
        ("5", date(2025, 12, 31), 4),
    }
    flush()
    assert not FlushBatch.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("size", [1, 50])
def test_costs(size: int, django_assert_num_queries: Any) -> None:
    documents = make_documents(size)
    ContentType.objects.get_for_models(Document, Topic)  # looked up once per process
    for number, document in enumerate(documents, 1):
        count_view(None, document, views=number)

    with django_assert_num_queries(5):  # two upserts and a SELECT, in a savepoint
        count_view(None, documents[0])
    with django_assert_num_queries(1):
        get_views(documents[0])
    with django_assert_num_queries(1):
        attach_views(documents)
    with django_assert_num_queries(3):
        assert len(most_viewed(Document.objects.all(), limit=50)) == size
    with django_assert_num_queries(2):
        attach_views([*documents, Topic(pk=1)])


@pytest.mark.django_db
def test_refused_write_leaves_the_page_alive(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    topic = Topic.objects.create(name="Jazz")

    def fail(*args: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT nothing FROM nowhere")

    monkeypatch.setattr(database, "store", fail)
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
        list(ViewCount.objects.top(Topic)[:10])

    plan = ViewCount.objects.top(Topic)[:10].explain()

    assert len(queries) == 1
    assert "django_viewcount_ranking" in plan
