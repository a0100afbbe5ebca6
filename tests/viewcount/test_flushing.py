from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone as django_timezone
from testapp.models import Country, Topic

from django_viewcount import flushing
from django_viewcount.api import (
    attach_views,
    count_view,
    flush,
    get_unique_views,
    get_views,
    series,
)
from django_viewcount.backends.redis import RedisBackend, batches
from django_viewcount.backends.redis.keys import keys_of
from django_viewcount.flushing import Flushed
from django_viewcount.models import DailyViews, FlushBatch, ViewCount
from django_viewcount.signals import views_flushed
from django_viewcount.targets import Kind
from tests.viewcount.conftest import child_environment
from tests.viewcount.flusher import POINTS

pytestmark = pytest.mark.usefixtures("redis_backend")

TOPICS = Kind(Topic)


def stored(model: Any = Topic) -> dict[str, int]:
    return dict(ViewCount.objects.for_kind(Kind(model)).values_list("object_id", "views"))


def noon(day: int) -> datetime:
    return datetime(2026, 1, day, 12, tzinfo=timezone.utc)


@pytest.fixture
def received() -> Iterator[list[tuple[Any, dict[str, Any]]]]:
    """What the signal of a flush tells."""
    found: list[tuple[Any, dict[str, Any]]] = []

    def receive(sender: Any, **kwargs: Any) -> None:
        kwargs.pop("signal")
        found.append((sender, kwargs))
        raise ValueError("the receiver's own trouble")

    views_flushed.connect(receive)
    yield found
    views_flushed.disconnect(receive)


@pytest.mark.django_db
def test_flush_moves_totals_and_days() -> None:
    topic = Topic.objects.create(pk=1, name="Jazz")
    country = Country.objects.create(code="no|20260101")
    count_view(None, topic, views=2, at=noon(2))
    count_view(None, topic, views=3, at=noon(3))
    count_view(None, country, at=noon(3))

    assert flush() == Flushed(views=6, objects=2, batches=2)
    count_view(None, topic, at=noon(3))
    assert flush() == Flushed(views=1, objects=1, batches=1)
    assert flush() == Flushed(0, 0, 0)

    assert stored() == {"1": 6}
    assert stored(Country) == {"no|20260101": 1}
    days = DailyViews.objects.for_kind(Kind(Topic)).order_by("day")
    assert list(days.values_list("day", "views")) == [(date(2026, 1, 2), 2), (date(2026, 1, 3), 4)]
    assert FlushBatch.objects.count() == 3


@pytest.mark.django_db
def test_late_flush_books_the_day_of_the_view(settings: Any) -> None:
    settings.TIME_ZONE = "Pacific/Auckland"  # 13 hours ahead in January
    topic = Topic.objects.create(pk=1, name="Jazz")
    count_view(None, topic, views=2, at=datetime(2026, 1, 1, 10, 59, 59, tzinfo=timezone.utc))
    count_view(None, topic, views=3, at=datetime(2026, 1, 1, 11, tzinfo=timezone.utc))

    flush()

    days = DailyViews.objects.order_by("day").values_list("day", "views")
    assert list(days) == [(date(2026, 1, 1), 2), (date(2026, 1, 2), 3)]


@pytest.mark.django_db
def test_uniques_are_those_of_the_day_however_often_it_is_flushed() -> None:
    topic = Topic.objects.create(pk=1, name="Jazz")

    for visitors in (["a", "b"], ["b"], ["b", "c"], ["a"]):
        for visitor in visitors:
            count_view(None, topic, visitor=visitor)
        flush()

    assert DailyViews.objects.get().views == 6
    assert DailyViews.objects.get().uniques == ViewCount.objects.get().uniques == 3
    assert get_unique_views(topic) == 3
    assert [point.uniques for point in series(topic, days=2)] == [0, 3]


@pytest.mark.django_db
def test_uniques_of_several_days_add_up() -> None:
    topic = Topic.objects.create(pk=1, name="Jazz")
    now = django_timezone.now()

    for days in (2, 1, 0):
        for visitor in ("a", "b")[: days + 1]:
            count_view(None, topic, visitor=visitor, at=now - timedelta(days=days))
        flush()

    assert ViewCount.objects.get().uniques == get_unique_views(topic) == 5
    assert sum(DailyViews.objects.values_list("uniques", flat=True)) == 5


@pytest.mark.django_db
def test_batch_is_never_moved_twice(redis_backend: RedisBackend) -> None:
    topic = Topic.objects.create(pk=1, name="Jazz")
    count_view(None, topic, visitor="a")
    first = redis_backend.claim(TOPICS, 0, "default")
    again = redis_backend.claim(TOPICS, 0, "default")
    assert first
    assert again == first._replace(reopened=True)

    assert flushing.move(redis_backend, first, "default") == Flushed(1, 1, 0)
    assert flushing.move(redis_backend, again, "default") is None

    assert stored() == {"1": 1}
    assert DailyViews.objects.get().uniques == 1
    assert flush() == Flushed()
    assert redis_backend.claim(TOPICS, 0, "default") is None


@pytest.mark.django_db
def test_views_that_a_snapshot_brings_back_are_not_moved_twice(
    redis_backend: RedisBackend,
) -> None:
    topic = Topic.objects.create(pk=1, name="Jazz")
    count_view(None, topic, views=5)
    client, keys = redis_backend.server.client, keys_of(TOPICS, 0, "default")
    snapshot = {name: client.dump(name) for name in (keys.pend, keys.pend_id)}
    flush()
    for name, dump in snapshot.items():
        client.restore(name, 0, dump)

    assert get_views(topic) == 5
    assert flush() == Flushed()
    assert get_views(topic) == stored()["1"] == 5


@pytest.mark.django_db
def test_release_leaves_the_next_batch_alone(redis_backend: RedisBackend) -> None:
    topic = Topic.objects.create(pk=1, name="Jazz")
    count_view(None, topic)
    first = redis_backend.claim(TOPICS, 0, "default")
    assert first
    flush()
    count_view(None, topic)
    redis_backend.claim(TOPICS, 0, "default")

    redis_backend.release(first, "default")

    assert get_views(topic) == 2
    assert flush() == Flushed(1, 1, 1)


@pytest.mark.django_db
def test_views_of_an_open_batch_and_new_ones_are_moved_together(
    redis_backend: RedisBackend,
) -> None:
    topic = Topic.objects.create(pk=1, name="Jazz")
    count_view(None, topic)
    redis_backend.claim(TOPICS, 0, "default")
    count_view(None, topic, views=2)

    assert flush() == Flushed(views=3, objects=2, batches=2)
    assert stored() == {"1": 3}


@pytest.mark.django_db
def test_failed_batch_stays_open(monkeypatch: pytest.MonkeyPatch) -> None:
    topic = Topic.objects.create(pk=1, name="Jazz")
    count_view(None, topic)

    def fail(*args: Any) -> None:
        raise DatabaseError("disk full")

    with monkeypatch.context() as patch, pytest.raises(DatabaseError):
        patch.setattr(flushing, "store", fail)
        flush()

    assert not FlushBatch.objects.exists()
    assert get_views(topic) == 1
    assert flush() == Flushed(1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_refuses_to_run_in_a_transaction() -> None:
    count_view(None, Topic.objects.create(name="Jazz"))

    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        flush()
    assert flush() == Flushed(1, 1, 1)


@pytest.mark.django_db
def test_large_batch_is_moved_in_parts_and_whole(
    monkeypatch: pytest.MonkeyPatch, redis_backend: RedisBackend
) -> None:
    monkeypatch.setattr(batches, "PART", 7)
    countries = Country.objects.bulk_create(Country(code=f"c{number}") for number in range(60))
    for number, country in enumerate(countries):
        count_view(None, country, views=number + 1, visitor="a", at=noon(2))
        count_view(None, country, visitor="b")

    batch = redis_backend.claim(Kind(Country), 0, "default")
    assert batch
    parts = list(redis_backend.parts(batch, "default"))
    assert {len(part.totals) + len(part.days) for part in parts} == {7, 180 % 7}
    assert sum(len(part.totals) for part in parts) == 60
    assert flush() == Flushed(1890, 60, 1)

    assert stored(Country) == {f"c{number}": number + 2 for number in range(60)}
    assert DailyViews.objects.count() == 120
    days = DailyViews.objects.values_list("uniques", flat=True)
    assert sorted(days)[-60:] == [1] * 60


@pytest.mark.django_db
def test_old_batches_are_forgotten() -> None:
    now = django_timezone.now()
    for days in (1, 6, 8, 30):
        FlushBatch.objects.create(created=now - timedelta(days=days))

    flush()

    assert FlushBatch.objects.count() == 2


@pytest.mark.django_db
def test_signal(received: list[Any]) -> None:
    topic = Topic.objects.create(pk=1, name="Jazz")
    count_view(None, topic, views=4)

    assert flush().views == 4

    assert received == [(Topic, {"views": {"1": 4}, "counter": "view", "using": "default"})]


@pytest.mark.django_db
def test_signal_is_not_repeated_for_a_batch_that_is_stored_already(
    received: list[Any], redis_backend: RedisBackend
) -> None:
    count_view(None, Topic.objects.create(name="Jazz"))
    batch = redis_backend.claim(TOPICS, 0, "default")
    assert batch
    flushing.move(redis_backend, batch, "default")

    assert flush() == Flushed()

    assert received == []


@pytest.mark.django_db(transaction=True)
def test_many_flushes_at_once(together: Callable[..., list[Any]]) -> None:
    topics = [Topic.objects.create(name=name) for name in "abcdefgh"]

    def act(number: int) -> Any:
        if number < 3:
            return [flush().views for _ in range(6)]
        for turn in range(60):
            count_view(None, topics[(turn + number) % 8], visitor=f"{turn % 5}")
        return []

    results = together(6, act)

    moved = sum(sum(found) for found in results) + flush().views
    assert moved == sum(stored().values()) == 180
    assert [topic.view_count for topic in attach_views(topics)] == [
        stored()[str(topic.pk)] for topic in topics
    ]
    assert sum(DailyViews.objects.values_list("views", flat=True)) == 180
    for topic in topics:
        assert get_unique_views(topic) <= 5


def start_flusher(point: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.viewcount.flusher", point]
    return subprocess.Popen(command, env=child_environment(), stdout=subprocess.PIPE)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("point", POINTS)
def test_killed_flush(point: str) -> None:
    topics = [Topic.objects.create(name=name) for name in "abc"]
    for topic in topics:
        count_view(None, topic, views=2, visitor="a")
    flush()
    for topic in topics:
        count_view(None, topic, views=5, visitor="b")

    with start_flusher(point) as flusher:
        assert flusher.wait(60) == -9
    assert [get_views(topic) for topic in topics] == [7, 7, 7]
    assert [get_unique_views(topic) for topic in topics] == [2, 2, 2]
    count_view(None, topics[0])
    assert [get_views(topic) for topic in topics] == [8, 7, 7]

    flush()

    assert [stored()[str(topic.pk)] for topic in topics] == [8, 7, 7]
    assert [get_views(topic) for topic in topics] == [8, 7, 7]
    assert [get_unique_views(topic) for topic in topics] == [2, 2, 2]
    assert sum(DailyViews.objects.values_list("views", flat=True)) == 22
    assert sum(DailyViews.objects.values_list("uniques", flat=True)) == 6


@pytest.mark.django_db(transaction=True)
def test_flushes_killed_at_random_under_traffic(together: Callable[..., list[Any]]) -> None:
    topics = [Topic.objects.create(name=name) for name in "abcdefgh"]
    kills = 4
    done: list[bool] = []

    def act(number: int) -> int:
        if number == 0:
            for _ in range(kills):
                with start_flusher("any") as flusher:
                    assert flusher.stdout
                    assert flusher.stdout.readline() == b"flushing\n"
                    time.sleep(random.uniform(0.01, 0.15))
                    flusher.kill()
            done.append(True)
            return 0
        counted = 0
        while not done:
            count_view(None, topics[counted % 8])
            counted += 1
            if counted % 20 == 0 and number == 1:
                flush()  # two flushes at once
        return counted

    counted = together(4, act)

    assert done
    total = sum(counted)
    assert total > 0
    assert sum(topic.view_count for topic in attach_views(topics)) == total
    flush()
    assert sum(stored().values()) == total
    assert sum(DailyViews.objects.values_list("views", flat=True)) == total
