from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from django.db import transaction
from testapp.models import Country, Document, Topic

from django_viewcount.api import (
    attach_views,
    count_view,
    count_views,
    flush,
    get_unique_views,
    get_views,
    most_viewed,
    series,
)
from django_viewcount.backends.redis import RedisBackend
from django_viewcount.backends.redis.keys import keys_of
from django_viewcount.flushing import move
from django_viewcount.targets import Kind
from tests.viewcount.contract import ViewCountContract, make_documents

pytestmark = pytest.mark.usefixtures("redis_backend")

TOPICS = Kind(Topic)


class TestRedisBackend(ViewCountContract):
    pass


class TestSharded(ViewCountContract):
    """The same with every model in three parts."""

    @pytest.fixture(autouse=True)
    def _shards(self, settings: Any) -> None:
        settings.VIEWCOUNT_SHARDS = 3


@pytest.mark.django_db
def test_structures(redis_backend: RedisBackend, settings: Any) -> None:
    country = Country.objects.create(code="a|b")
    now = datetime.now(tz=timezone.utc)
    flush()
    most_viewed(Country.objects.all())  # brings the ranking to Redis
    count_view(None, country, views=2, at=now, visitor="somebody")
    count_view(None, country, at=now)
    client = redis_backend.server.client
    start = f"{settings.VIEWCOUNT_KEY_PREFIX}:{{testapp.country:0}}:default:view:"
    day = now.date()

    found = {key.decode().removeprefix(start) for key in client.scan_iter(f"{start}*")}
    hour, ordinal = int(now.timestamp()) // 3600, day.toordinal()
    assert found == {
        "pend",
        "pend_id",
        "rank",
        "seeding",
        f"hour:{hour}",
        f"day:{ordinal}",
        f"trend:6:{hour // 1200}",
        f"visitors:{ordinal}:a|b",
    }
    assert client.zrange(f"{start}pend", 0, -1, withscores=True) == [
        (b"a|b|", 3.0),
        (f"a|b|{day:%Y%m%d}".encode(), 3.0),
    ]
    assert client.zrange(f"{start}rank", 0, -1, withscores=True) == [
        (b"", float("-inf")),
        (b"a|b", 3.0),
    ]
    # All but the ranking and what waits goes by itself.
    assert {key for key in found if client.ttl(start + key) == -1} == {"pend", "pend_id", "rank"}
    flush()
    assert not client.exists(f"{start}pend", f"{start}pend_id", f"{start}batch", f"{start}batch_id")


@pytest.mark.django_db
@pytest.mark.parametrize("size", [1, 50])
def test_costs(
    size: int,
    rf: Any,
    round_trips: Callable[[], Any],
    django_assert_num_queries: Any,
) -> None:
    documents = make_documents(size)
    topic = Topic.objects.create(name="Jazz")
    for number, document in enumerate(documents, 1):
        count_view(None, document, views=number, visitor=str(number))
    count_view(None, topic)
    flush()
    request = rf.get("/")
    count_view(request, documents[0])  # fetches the salt of the day

    with round_trips() as sent, django_assert_num_queries(0):
        assert count_view(request, documents[0]).views == 3
    assert len(sent) == 1
    with round_trips() as sent, django_assert_num_queries(0):
        count_views(request, [(document, "view", None) for document in documents])
    assert len(sent) == 1
    with round_trips() as sent, django_assert_num_queries(1):
        get_views(documents[0])
    assert len(sent) == 1
    with round_trips() as sent, django_assert_num_queries(1):
        attach_views(documents)
    assert len(sent) == 1
    with round_trips() as sent, django_assert_num_queries(2):
        attach_views(documents, uniques=True)
    assert len(sent) == 2
    with round_trips() as sent, django_assert_num_queries(2):  # one per model
        attach_views([*documents, topic])
    assert len(sent) == 2
    with round_trips() as sent, django_assert_num_queries(1):
        get_unique_views(documents[0])
    assert len(sent) == 1
    with round_trips() as sent, django_assert_num_queries(1):
        assert len(most_viewed(Document.objects.all(), limit=50)) == size
    assert len(sent) == 1
    for period in ("day", "week", "trending"):
        with round_trips() as sent, django_assert_num_queries(2):
            assert len(most_viewed(Document.objects.all(), period, limit=50)) == size
        assert len(sent) == 2
    with round_trips() as sent, django_assert_num_queries(2):
        series(documents[0], days=30)
    assert len(sent) == 1
    with round_trips() as sent, django_assert_num_queries(0):
        series(documents[0], hours=48)
    assert len(sent) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("gate", ["VIEWCOUNT_COOLDOWN", "VIEWCOUNT_NETWORK_LIMIT"])
def test_gate_costs_no_round_trip_more(
    gate: str, rf: Any, settings: Any, round_trips: Callable[[], Any]
) -> None:
    topic = Topic.objects.create(name="Jazz")
    setattr(settings, gate, 100)
    count_view(rf.get("/"), topic)

    for _ in range(2):
        with round_trips() as sent:
            count_view(rf.get("/"), topic, token="once")
        assert len(sent) == 1


@pytest.mark.django_db
def test_refused_request_costs_nothing(
    rf: Any, round_trips: Callable[[], Any], django_assert_num_queries: Any
) -> None:
    topic = Topic.objects.create(name="Jazz")

    with round_trips() as sent, django_assert_num_queries(0):
        count_view(rf.head("/"), topic)
    assert sent == []


@pytest.mark.django_db
def test_flush_lifts_a_score_that_is_too_low(redis_backend: RedisBackend) -> None:
    topic = Topic.objects.create(name="Jazz")
    flush()
    most_viewed(Topic.objects.all())
    count_view(None, topic, views=5)
    redis_backend.server.client.zadd(keys_of(TOPICS, 0, "default").rank, {topic.pk: 1})

    flush()

    assert most_viewed(Topic.objects.all())[0].view_count == 5


@pytest.mark.django_db
def test_flush_does_not_lower_a_score(redis_backend: RedisBackend) -> None:
    """Views that came after the claim are in the ranking, and not yet in the database."""
    topic = Topic.objects.create(name="Jazz")
    most_viewed(Topic.objects.all())
    count_view(None, topic, views=5)
    batch = redis_backend.claim(TOPICS, 0, "default")
    assert batch
    count_view(None, topic, views=2)
    assert move(redis_backend, batch, "default")

    redis_backend.settle(batch, {str(topic.pk): 5}, "default")
    redis_backend.release(batch, "default")

    assert most_viewed(Topic.objects.all())[0].view_count == 7


@pytest.mark.django_db
def test_view_in_a_transaction_that_is_rolled_back_stays_counted() -> None:
    topic = Topic.objects.create(name="Jazz")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        count_view(None, topic)
        raise ZeroDivisionError

    assert get_views(topic) == 1


@pytest.mark.django_db
def test_old_views_are_in_no_window(redis_backend: RedisBackend) -> None:
    topic = Topic.objects.create(name="Jazz")
    count_view(None, topic, at=datetime.now(tz=timezone.utc) - timedelta(days=60), visitor="x")
    keys = keys_of(TOPICS, 0, "default")

    found = {key.decode() for key in redis_backend.server.client.scan_iter(f"{keys.start}*")}
    assert found == {keys.pend, keys.pend_id}
    assert get_views(topic) == 1


@pytest.mark.django_db
def test_batch_is_read_in_parts_each_thing_once(
    redis_backend: RedisBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django_viewcount.backends.redis.batches.PART", 7)
    topics = [Topic.objects.create(name=str(number)) for number in range(20)]
    for topic in topics:
        count_view(None, topic, views=topic.pk, visitor="x")
    batch = redis_backend.claim(TOPICS, 0, "default")
    assert batch

    parts = list(redis_backend.parts(batch, "default"))

    assert len(parts) == 6
    totals = [pair for part in parts for pair in part.totals.items()]
    assert sorted(totals) == sorted((str(topic.pk), topic.pk) for topic in topics)
    assert sum(len(part.days) for part in parts) == 20
    assert [count for part in parts for count in part.uniques.values()] == [1] * 20
