from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from testapp.models import Country, Document, ProxyTopic, Topic

from django_viewcount.api import count_view, flush, get_unique_views, get_views, merge_views
from django_viewcount.clock import hour_of, moment, site_day
from django_viewcount.exceptions import BackendUnavailable, DifferentModels, UnsavedObject
from django_viewcount.merging import move_rows
from django_viewcount.models import DailyViews, HourlyViews, ViewCount
from django_viewcount.storage import store
from django_viewcount.targets import Kind
from tests.viewcount.contract import AWKWARD_KEYS, days_ago

TABLES = (ViewCount, DailyViews, HourlyViews)


def rows(table: Any, *columns: str) -> list[tuple[Any, ...]]:
    """What is counted; a row may be left empty."""
    order = ("object_id", "counter", *columns)
    counted = table.objects.filter(views__gt=0).order_by(*order)
    return list(counted.values_list("object_id", "counter", *columns))


@pytest.mark.django_db
def test_every_row_of_every_counter(settings: Any) -> None:
    settings.VIEWCOUNT_COUNTERS = ["download"]
    today, hour = site_day(moment()), hour_of(moment())
    yesterday = today - timedelta(days=1)
    for pk in (1, 2, 3):
        Topic.objects.create(pk=pk, name="Jazz")
    for pk, counter, visitor, at in (
        (1, "view", "a", None),
        (1, "view", "b", days_ago(1)),
        (1, "robot", None, None),
        (1, "download", "a", None),
        (2, "view", "a", None),
        (2, "view", "c", None),
        (3, "view", "a", None),
    ):
        count_view(None, Topic(pk=pk), counter=counter, visitor=visitor, at=at)
    Country.objects.create(code="1")
    count_view(None, Country(code="1"))
    HourlyViews.objects.exclude(hour=hour).delete()  # noon may be as little as an hour ago
    assert len(rows(HourlyViews)) == 5

    merge_views(Topic(pk=1), Topic(pk=2))

    of_topics = ViewCount.objects.filter(content_type__model="topic", views__gt=0)
    assert set(of_topics.values_list("object_id", "counter", "views", "uniques")) == {
        ("2", "view", 4, 4),
        ("2", "robot", 1, 0),
        ("2", "download", 1, 1),
        ("3", "view", 1, 1),
    }
    days = DailyViews.objects.filter(content_type__model="topic")
    assert set(days.values_list("object_id", "counter", "day", "views", "uniques")) == {
        ("2", "view", today, 3, 3),
        ("2", "view", yesterday, 1, 1),
        ("2", "robot", today, 1, 0),
        ("2", "download", today, 1, 1),
        ("3", "view", today, 1, 1),
    }
    of_hours = HourlyViews.objects.filter(content_type__model="topic")
    assert set(of_hours.values_list("object_id", "counter", "views")) == {
        ("2", "view", 3),
        ("2", "download", 1),
        ("3", "view", 1),
    }
    assert get_views(Country(code="1")) == 1


@pytest.mark.django_db
def test_into_one_that_was_never_viewed() -> None:
    old, new = (Topic.objects.create(name=name) for name in "ab")
    count_view(None, old, views=3, visitor="a")

    merge_views(old, new)
    merge_views(old, new)  # there is nothing left to merge

    assert [get_views(topic) for topic in (old, new)] == [0, 3]
    assert get_unique_views(new) == 1
    assert [len(rows(table)) for table in TABLES] == [1, 1, 1]


@pytest.mark.django_db
@pytest.mark.parametrize("code", AWKWARD_KEYS)
def test_awkward_keys(code: str) -> None:
    old, new = Country.objects.create(code=code), Country.objects.create(code="nz")
    count_view(None, old, views=3)

    merge_views(old, new)

    assert [get_views(country) for country in (old, new)] == [0, 3]


@pytest.mark.django_db
def test_spellings_of_a_key_are_two_objects() -> None:
    countries = [Country.objects.create(code=code) for code in ("nz ", "xx")]
    for country in countries:
        count_view(None, country)
    count_view(None, Country(code="XX"), views=5)

    merge_views(*countries)

    assert ("XX", "view", 5) in rows(ViewCount, "views")
    assert get_views(countries[1]) == 2


@pytest.mark.django_db
def test_with_itself(django_assert_num_queries: Any) -> None:
    document = Document.objects.create()
    count_view(None, document)

    with django_assert_num_queries(0):
        merge_views(document, Document(pk=str(document.pk)))

    assert get_views(document) == 1


@pytest.mark.django_db
def test_a_proxy_is_the_model_it_stands_for() -> None:
    old, new = (Topic.objects.create(name=name) for name in "ab")
    count_view(None, old)

    merge_views(ProxyTopic.objects.get(pk=old.pk), new)

    assert get_views(new) == 1


@pytest.mark.django_db
def test_what_cannot_be_merged() -> None:
    topic = Topic.objects.create(name="Jazz")
    count_view(None, topic)

    with pytest.raises(DifferentModels) as excinfo:
        merge_views(topic, Document.objects.create())
    assert excinfo.value.code == "different_models"
    assert isinstance(excinfo.value, TypeError)
    for pair in ((topic, Topic(name="Blues")), (Topic(name="Blues"), topic)):
        with pytest.raises(UnsavedObject):
            merge_views(*pair)

    assert get_views(topic) == 1


@pytest.mark.django_db
def test_costs(django_assert_max_num_queries: Any) -> None:
    ContentType.objects.get_for_model(Topic)
    for days in (1, 30):
        old, new = (Topic.objects.create(name=name) for name in "ab")
        for topic in (old, new):
            for day in range(days):
                count_view(None, topic, at=days_ago(day), visitor="a")
        chunks = 0 if days == 1 else 1  # a delete of many rows asks for their keys by the hundred
        with django_assert_max_num_queries(2 + 2 + 3 * 3 + 1 + chunks):
            merge_views(old, new)
        assert get_views(new) == 2 * days


@pytest.mark.django_db(databases=["default", "other"])
def test_another_database() -> None:
    for using in ("default", "other"):
        count_view(None, Topic(pk=1), using=using, views=3)

    merge_views(Topic(pk=1), Topic(pk=2), using="other")

    assert rows(ViewCount, "views") == [("1", "view", 3)]
    assert [get_views(Topic(pk=pk), using="other") for pk in (1, 2)] == [0, 3]


@pytest.mark.django_db(transaction=True)
def test_redis_that_is_away_before(settings: Any) -> None:
    settings.VIEWCOUNT_REDIS_URL = "redis://127.0.0.1:1/0"
    store(Kind(Topic), {"1": 3}, {}, {}, "default")

    with pytest.raises(BackendUnavailable):
        merge_views(Topic(pk=1), Topic(pk=2))

    assert rows(ViewCount, "views") == [("1", "view", 3)]


@pytest.mark.django_db(transaction=True)
def test_redis_that_goes_away_in_between(
    redis_backend: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = Topic(pk=1), Topic(pk=2)
    count_view(None, old, views=3, visitor="a")
    with monkeypatch.context() as patch, pytest.raises(BackendUnavailable):
        patch.setattr("django_viewcount.backends.redis.moving.merge", _go_away)
        merge_views(old, new)
    assert rows(ViewCount, "views") == [("2", "view", 3)]

    merge_views(old, new)

    for _ in range(2):
        assert [get_views(topic) for topic in (old, new)] == [0, 3]
        flush()


def _go_away(*args: Any) -> None:
    raise BackendUnavailable("Redis is away")


@pytest.mark.django_db(transaction=True)
def test_views_of_the_meantime_are_not_lost(together: Callable[..., list[Any]]) -> None:
    """In the database, each view is a transaction; a merge waits for it, or it for the merge."""
    Topic.objects.create(pk=1), Topic.objects.create(pk=2)
    counts(together)


@pytest.mark.django_db(transaction=True)
def test_views_and_flushes_of_the_meantime_are_not_lost(
    redis_backend: Any, together: Callable[..., list[Any]]
) -> None:
    Topic.objects.create(pk=1), Topic.objects.create(pk=2)
    counts(together)


def counts(together: Callable[..., list[Any]]) -> None:
    old, new = Topic(pk=1), Topic(pk=2)

    def work(number: int) -> int:
        counted = 0
        for turn in range(12):
            if number < 2:
                # In turns, so that two merges go in opposite directions.
                merge_views(*((old, new) if (number + turn) % 2 else (new, old)))
            elif number == 2:
                flush()
            else:
                topic = old if (number + turn) % 2 else new
                result = count_view(None, topic, views=2, visitor=f"{number}-{turn}")
                counted += 2 * result.counted
        return counted

    results = together(6, work)

    assert all(isinstance(result, int) for result in results), results
    assert sum(results) == 3 * 12 * 2
    merge_views(old, new)
    flush()
    assert (get_views(old), get_views(new)) == (0, sum(results))
    assert rows(ViewCount, "views") == [("2", "view", sum(results))]
    assert [row[:2] for row in rows(DailyViews)] == [("2", "view")]
    assert DailyViews.objects.get().views == sum(results)


@pytest.mark.django_db(transaction=True)
def test_merges_in_opposite_directions_do_not_deadlock(
    together: Callable[..., list[Any]],
) -> None:
    days = {(key, days_ago(back).date()): 1 for key in "12" for back in range(20)}
    store(Kind(Topic), {"1": 20, "2": 20}, days, days, "default")

    def work(number: int) -> None:
        for turn in range(5):
            pair = ("1", "2") if (number + turn) % 2 else ("2", "1")
            move_rows(Topic, *pair, "default")

    assert together(4, work) == [None] * 4
    move_rows(Topic, "1", "2", "default")
    assert rows(ViewCount, "views", "uniques") == [("2", "view", 40, 40)]
    assert [row[2:] for row in rows(DailyViews, "views", "uniques")] == [(2, 2)] * 20


@pytest.mark.django_db
def test_backend_is_asked_for_each_counter(
    settings: Any, redis_backend: Any, round_trips: Callable[[], Any]
) -> None:
    """And costs no more for many views than for few."""
    settings.VIEWCOUNT_COUNTERS = ["download"]
    sizes = []
    for number in (1, 50):
        old, new = (Topic.objects.create(name=name) for name in "ab")
        for _ in range(number):
            count_view(None, old, counter="download")
        flush()
        with round_trips() as sent:
            merge_views(old, new)
        sizes.append(len(sent))
        assert [get_views(topic, counter="download") for topic in (old, new)] == [0, number]

    assert sizes[0] == sizes[1]
