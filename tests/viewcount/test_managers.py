from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from testapp.models import Country, Document, ProxyTopic, Topic

from django_viewcount.api import count_view
from django_viewcount.exceptions import UnknownCounter, UnsavedObject
from django_viewcount.models import DailyViews, HourlyViews, ViewCount
from django_viewcount.storage import store
from django_viewcount.targets import Kind
from tests.viewcount.contract import LaggingReplica, make_documents

pytestmark = pytest.mark.django_db
TABLES = (ViewCount, DailyViews, HourlyViews)
DAY = date(2026, 1, 2)


@pytest.mark.parametrize("table", TABLES)
def test_one_kind(table: Any, settings: Any) -> None:
    settings.VIEWCOUNT_COUNTERS = ["download"]
    topic = Topic.objects.create(pk=5, name="Jazz")
    count_view(None, topic)
    count_view(None, Country.objects.create(code="5"))
    count_view(None, topic, counter="download", views=7)

    for model, counter, views in (
        (Topic, "view", [1]),
        (Topic, "download", [7]),
        (Country, "view", [1]),
        (Country, "download", []),
    ):
        rows = table.objects.for_kind(Kind(model, counter))
        assert list(rows.values_list("views", flat=True)) == views
        assert rows.filter(object_id="5").count() == len(views)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("size", [1, 50])
def test_some_objects(table: Any, size: int, django_assert_num_queries: Any) -> None:
    documents = make_documents(size)
    for document in (*documents, *make_documents(1)):
        count_view(None, document)
    ContentType.objects.get_for_model(Document)

    with django_assert_num_queries(1):
        found = list(table.objects.for_objects(documents))

    assert {row.object_id for row in found} == {str(document.pk) for document in documents}


@pytest.mark.parametrize("table", TABLES)
def test_objects_of_a_proxy_and_of_a_counter(table: Any, settings: Any) -> None:
    settings.VIEWCOUNT_COUNTERS = ["download"]
    topic = Topic.objects.create(name="Jazz")
    count_view(None, topic, views=2)
    count_view(None, topic, views=3, counter="download")

    for counter, views in (("view", 2), ("download", 3)):
        rows = table.objects.for_objects(ProxyTopic.objects.all(), counter)
        assert [row.views for row in rows] == [views]


def test_no_objects(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert list(ViewCount.objects.for_objects([])) == []


def test_wrong_objects() -> None:
    with pytest.raises(UnsavedObject):
        ViewCount.objects.for_objects([Topic(name="Jazz")])
    with pytest.raises(UnknownCounter):
        ViewCount.objects.for_objects([Topic(pk=1)], "clicks")


def test_top(django_assert_num_queries: Any) -> None:
    kind = Kind(Topic)
    store(kind, {"1": 5, "2": 0, "3": 9, "4": 5}, {}, {}, "default")
    store(Kind(Topic, "download"), {"5": 99}, {}, {}, "default")

    with django_assert_num_queries(1):
        ranking = list(ViewCount.objects.top(kind).values_list("object_id", "views"))

    assert ranking == [("3", 9), ("1", 5), ("4", 5)]
    assert [row.object_id for row in ViewCount.objects.top(kind)[1:2]] == ["1"]


@pytest.mark.parametrize("size", [1, 50])
def test_totals_and_uniques(size: int, django_assert_num_queries: Any) -> None:
    kind, keys = Kind(Topic), [str(number) for number in range(size)]
    store(
        kind,
        dict.fromkeys([*keys, "other"], 5),
        {},
        {(key, DAY): number for number, key in enumerate(keys)},
        "default",
    )
    store(Kind(Country), dict.fromkeys(keys, 1), {}, {}, "default")

    with django_assert_num_queries(1):
        assert ViewCount.objects.totals(kind, [*keys, "never"]) == dict.fromkeys(keys, 5)
    with django_assert_num_queries(1):
        uniques = ViewCount.objects.uniques(kind, keys)
    assert uniques == {key: number for number, key in enumerate(keys)}


@pytest.mark.django_db(databases=["default", "other"])
def test_the_content_type_is_that_of_the_database_that_is_read(settings: Any) -> None:
    ContentType.objects.using("other").filter(app_label="testapp", model="topic").delete()
    ContentType.objects.clear_cache()
    topic = Topic(pk=1)
    count_view(None, topic, views=2, using="other")
    settings.DATABASE_ROUTERS = [LaggingReplica()]

    assert ViewCount.objects.totals(Kind(Topic), ["1"]) == {"1": 2}
    assert ViewCount.objects.using("default").totals(Kind(Topic), ["1"]) == {}
    assert [row.views for row in DailyViews.objects.for_objects([topic])] == [2]
    ContentType.objects.clear_cache()
