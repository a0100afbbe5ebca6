"""Redis comes back empty: waiting views are lost, those in the database count on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from testapp.models import Topic

from django_viewcount.api import count_view, flush, get_views, most_viewed
from django_viewcount.backends import seeding
from django_viewcount.backends.redis import RedisBackend
from django_viewcount.backends.server import keys_of
from django_viewcount.conf import settings
from django_viewcount.flushing import move

pytestmark = pytest.mark.django_db


def lose_everything(backend: RedisBackend) -> None:
    client = backend.server.client
    for key in client.scan_iter(f"{settings.key_prefix}:*"):
        client.delete(key)


def flush_without_ranking(backend: RedisBackend) -> None:
    batch = backend.claim(Topic, None)
    assert batch
    assert move(batch, "default")
    backend.server.release(keys=[keys_of(Topic, "default").batch], args=[batch.id.hex])


def test_totals_go_on_from_the_database(redis_backend: RedisBackend) -> None:
    topic, other = (Topic.objects.create(name=name) for name in ("Jazz", "Blues"))
    count_view(None, topic, views=5)
    count_view(None, other, views=9)
    flush()
    count_view(None, topic, views=100)
    lose_everything(redis_backend)

    assert get_views(topic) == 5
    assert count_view(None, topic).views == 6
    assert count_view(None, topic).views == 7
    ranking = most_viewed(Topic.objects.all())
    assert [(obj.name, obj.view_count) for obj in ranking] == [("Blues", 9), ("Jazz", 7)]
    flush()
    assert (get_views(topic), get_views(other)) == (7, 9)


def test_ranking_is_rebuilt_by_a_reader(redis_backend: RedisBackend) -> None:
    topic = Topic.objects.create(name="Jazz")
    count_view(None, topic, views=5)
    flush()
    lose_everything(redis_backend)

    assert most_viewed(Topic.objects.all())[0].view_count == 5
    rank = keys_of(Topic, "default").rank
    assert redis_backend.server.client.zscore(rank, topic.pk) == 5


def test_large_ranking_is_left_to_the_flush(
    redis_backend: RedisBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seeding, "PAGE_LIMIT", 2)
    topics = [Topic.objects.create(name=name) for name in "abcd"]
    for topic in topics[:3]:
        count_view(None, topic)
    flush()
    lose_everything(redis_backend)
    client, rank = redis_backend.server.client, keys_of(Topic, "default").rank

    assert count_view(None, topics[0]).views == 2  # from the database and what waits
    assert count_view(None, topics[3]).views == 1
    assert len(most_viewed(Topic.objects.all())) == 3  # what the database ranks
    assert not client.exists(rank)
    flush()
    assert client.zscore(rank, topics[0].pk) == 2
    assert len(most_viewed(Topic.objects.all())) == 4


def test_one_page_at_a_time_tries(
    redis_backend: RedisBackend,
    round_trips: Callable[[], Any],
    django_assert_num_queries: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(seeding, "PAGE_LIMIT", 0)
    topic = Topic.objects.create(name="Jazz")
    count_view(None, topic)
    flush()
    lose_everything(redis_backend)
    count_view(None, topic)

    with round_trips() as sent, django_assert_num_queries(1):
        assert count_view(None, topic).views == 3
    assert len(sent) == 3  # the view, the turn that others have, the total


@pytest.mark.parametrize("open_before", [True, False])
@pytest.mark.parametrize("released", [True, False])
def test_flush_while_the_database_is_read(
    open_before: bool,
    released: bool,
    redis_backend: RedisBackend,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is moved meanwhile may be missing in what was read, so the ranking waits."""
    topic = Topic.objects.create(name="Jazz")
    server, keys = redis_backend.server, keys_of(Topic, "default")
    monkeypatch.setattr(seeding, "PAGE_LIMIT", -1)  # pages do not try
    count_view(None, topic, views=4)
    if open_before:
        redis_backend.claim(Topic, None)
    adopt = server.adopt

    def adopt_late(**arguments: Any) -> Any:
        if released:
            flush_without_ranking(redis_backend)
        else:
            redis_backend.claim(Topic, None)
        return adopt(**arguments)

    monkeypatch.setattr(server, "adopt", adopt_late)

    assert seeding.seed(server, Topic, None) is False
    assert not server.client.exists(keys.rank)
    monkeypatch.setattr(server, "adopt", adopt)
    flush()
    assert seeding.seed(server, Topic, None) is True
    assert server.client.zscore(keys.rank, topic.pk) == 4


def test_unfinished_ranking_goes_by_itself(
    redis_backend: RedisBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a killed rebuild leaves expires; a finished ranking does not."""
    count_view(None, Topic.objects.create(name="Jazz"))
    flush()
    lose_everything(redis_backend)
    server, lifetimes = redis_backend.server, []
    adopt = server.adopt

    def look(keys: list[str], args: list[Any]) -> Any:
        lifetimes.append(server.client.ttl(keys[0]))
        return adopt(keys=keys, args=args)

    monkeypatch.setattr(server, "adopt", look)

    assert seeding.seed(server, Topic, None) is True
    assert 0 < lifetimes[0] <= seeding.UNFINISHED_LIFETIME
    assert server.client.ttl(keys_of(Topic, "default").rank) == -1


def test_ranking_is_not_adopted_beside_an_open_batch(redis_backend: RedisBackend) -> None:
    """Not even if the number of claims was lost, and so looks unchanged."""
    count_view(None, Topic.objects.create(name="Jazz"))
    redis_backend.claim(Topic, None)
    server, keys = redis_backend.server, keys_of(Topic, "default")
    server.client.delete(keys.claims, keys.rank)
    server.client.zadd(f"{keys.rank}:new", {"1": 1})

    names = [f"{keys.rank}:new", keys.rank, keys.pend, keys.batch, keys.claims]

    assert server.adopt(keys=names, args=[b""]) == 0
    assert not server.client.exists(names[0], keys.rank)
