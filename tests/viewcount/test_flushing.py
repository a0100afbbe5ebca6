from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings as project_settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone as django_timezone
from testapp.models import Country, Topic

from django_viewcount import flushing
from django_viewcount.api import attach_views, count_view, flush, get_views
from django_viewcount.backends.redis import RedisBackend
from django_viewcount.backends.server import keys_of
from django_viewcount.flushing import Flushed
from django_viewcount.models import DailyViews, FlushBatch, ViewCount
from django_viewcount.signals import views_flushed

pytestmark = pytest.mark.usefixtures("redis_backend")


def stored(model: Any = Topic) -> dict[str, int]:
    return dict(ViewCount.objects.for_model(model).values_list("object_id", "views"))


@pytest.mark.django_db
def test_flush_moves_totals_and_days() -> None:
    topic = Topic.objects.create(pk=1, name="Jazz")
    country = Country.objects.create(code="no|20260101")
    count_view(None, topic, views=2, at=datetime(2026, 1, 2, 12, tzinfo=timezone.utc))
    count_view(None, topic, views=3, at=datetime(2026, 1, 3, 12, tzinfo=timezone.utc))
    count_view(None, country, at=datetime(2026, 1, 3, 12, tzinfo=timezone.utc))

    assert flush() == Flushed(views=6, objects=2, batches=2)
    count_view(None, topic, at=datetime(2026, 1, 3, 12, tzinfo=timezone.utc))
    assert flush() == Flushed(views=1, objects=1, batches=1)
    assert flush() == Flushed(0, 0, 0)

    assert stored() == {"1": 6}
    assert stored(Country) == {"no|20260101": 1}
    days = DailyViews.objects.for_objects([topic]).order_by("day")
    assert list(days.values_list("day", "views")) == [(date(2026, 1, 2), 2), (date(2026, 1, 3), 4)]
    assert FlushBatch.objects.count() == 3


@pytest.mark.django_db
def test_batch_is_never_moved_twice(redis_backend: RedisBackend) -> None:
    topic = Topic.objects.create(pk=1, name="Jazz")
    count_view(None, topic)
    first = redis_backend.claim(Topic, None)
    again = redis_backend.claim(Topic, None)
    assert first
    assert again == first._replace(reopened=True)

    assert flushing.move(first, "default") is True
    assert flushing.move(again, "default") is False

    assert stored() == {"1": 1}
    assert flush() == Flushed()
    assert redis_backend.claim(Topic, None) is None


@pytest.mark.django_db
def test_views_that_a_snapshot_brings_back_are_not_moved_twice(
    redis_backend: RedisBackend,
) -> None:
    topic = Topic.objects.create(pk=1, name="Jazz")
    count_view(None, topic, views=5)
    client, pend = redis_backend.server.client, keys_of(Topic, "default").pend
    snapshot = client.dump(pend)
    flush()
    client.restore(pend, 0, snapshot)

    assert get_views(topic) == 5
    assert flush() == Flushed()
    assert get_views(topic) == stored()["1"] == 5


@pytest.mark.django_db
def test_release_leaves_the_next_batch_alone(redis_backend: RedisBackend) -> None:
    topic = Topic.objects.create(pk=1, name="Jazz")
    count_view(None, topic)
    first = redis_backend.claim(Topic, None)
    assert first
    flush()
    count_view(None, topic)
    redis_backend.claim(Topic, None)

    redis_backend.release(first, None)

    assert get_views(topic) == 2
    assert flush() == Flushed(1, 1, 1)


@pytest.mark.django_db
def test_views_of_an_open_batch_and_new_ones_are_moved_together(
    redis_backend: RedisBackend,
) -> None:
    topic = Topic.objects.create(pk=1, name="Jazz")
    count_view(None, topic)
    redis_backend.claim(Topic, None)
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
def test_large_batch_is_read_whole() -> None:
    countries = Country.objects.bulk_create(Country(code=f"c{number}") for number in range(1200))
    for country in countries:
        count_view(None, country)

    assert flush() == Flushed(1200, 1200, 1)
    assert set(stored(Country).values()) == {1}
    assert DailyViews.objects.count() == 1200


@pytest.mark.django_db
def test_old_batches_are_forgotten() -> None:
    now = django_timezone.now()
    for days in (1, 6, 8, 30):
        FlushBatch.objects.create(created=now - timedelta(days=days))

    flush()

    assert FlushBatch.objects.count() == 2


@pytest.mark.django_db
def test_signal() -> None:
    topic = Topic.objects.create(pk=1, name="Jazz")
    count_view(None, topic, views=4)
    received = []

    def receive(sender: Any, **kwargs: Any) -> None:
        kwargs.pop("signal")
        received.append((sender, kwargs))
        raise ValueError("the receiver's own trouble")

    views_flushed.connect(receive)
    try:
        assert flush().views == 4
    finally:
        views_flushed.disconnect(receive)

    assert received == [(Topic, {"views": {"1": 4}, "using": "default"})]


def child_environment() -> dict[str, str]:
    """Settings under which another process meets this test's database and Redis keys."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        url = f"sqlite:///{name}"
    else:
        url = urlsplit(project_settings.DATABASE_URL)._replace(path=f"/{name}").geturl()
    return {
        **os.environ,
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "tests.viewcount.child_settings",
        "VIEWCOUNT": json.dumps(
            {
                name: getattr(project_settings, name)
                for name in ("VIEWCOUNT_REDIS_URL", "VIEWCOUNT_KEY_PREFIX", "VIEWCOUNT_TIMEOUT")
            }
        ),
    }


def start_flusher(point: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.viewcount.flusher", point]
    return subprocess.Popen(command, env=child_environment(), stdout=subprocess.PIPE)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("point", ["after the claim", "before the commit", "before the release"])
def test_killed_flush(point: str) -> None:
    topics = [Topic.objects.create(name=name) for name in "abc"]
    for topic in topics:
        count_view(None, topic, views=2)
    flush()
    for topic in topics:
        count_view(None, topic, views=5)

    with start_flusher(point) as flusher:
        assert flusher.wait(60) == -9
    assert [get_views(topic) for topic in topics] == [7, 7, 7]
    count_view(None, topics[0])
    assert [get_views(topic) for topic in topics] == [8, 7, 7]

    flush()

    assert [stored()[str(topic.pk)] for topic in topics] == [8, 7, 7]
    assert [get_views(topic) for topic in topics] == [8, 7, 7]
    assert sum(DailyViews.objects.values_list("views", flat=True)) == 22


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
