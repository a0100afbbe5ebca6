"""Redis comes back empty: waiting views are lost, those in the database count on."""

from __future__ import annotations

from typing import Any

import pytest
from testapp.models import Topic

from django_viewcount.api import count_view, flush, get_views, most_viewed, rank
from django_viewcount.backends.redis import RedisBackend, seeding
from django_viewcount.backends.redis.keys import keys_of
from django_viewcount.conf import settings
from django_viewcount.flushing import move
from django_viewcount.targets import Kind

pytestmark = pytest.mark.django_db

TOPICS = Kind(Topic)


def lose_everything(backend: RedisBackend) -> None:
    client = backend.server.client
    for key in client.scan_iter(f"{settings.key_prefix}:*"):
        client.delete(key)


def seed(backend: RedisBackend) -> bool:
    return seeding.seed(backend.server, TOPICS, keys_of(TOPICS, 0, "default"), "default")


def test_totals_go_on_from_the_database(
    redis_backend: RedisBackend, django_assert_num_queries: Any
) -> None:
    topic, other = (Topic.objects.create(name=name) for name in ("Jazz", "Blues"))
    count_view(None, topic, views=5)
    count_view(None, other, views=9)
    flush()
    assert count_view(None, topic, views=100).views == 105
    lose_everything(redis_backend)

    with django_assert_num_queries(0):
        assert count_view(None, topic).views is None  # nobody knows, and a view asks no database
    assert get_views(topic) == 6
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
    names = keys_of(TOPICS, 0, "default")
    assert redis_backend.server.client.zscore(names.rank, topic.pk) == 5


def test_large_ranking_is_left_to_the_flush(
    redis_backend: RedisBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seeding, "PAGE_LIMIT", 2)
    topics = [Topic.objects.create(name=name) for name in "abcd"]
    for topic in topics[:3]:
        count_view(None, topic)
    flush()
    lose_everything(redis_backend)
    client, names = redis_backend.server.client, keys_of(TOPICS, 0, "default")

    count_view(None, topics[0])
    count_view(None, topics[3])
    assert (get_views(topics[0]), get_views(topics[3])) == (2, 1)
    assert len(most_viewed(Topic.objects.all())) == 3  # what the database ranks
    assert rank(topics[0]) == (1, 3)
    assert not client.exists(names.rank)
    flush()
    assert client.zscore(names.rank, topics[0].pk) == 2
    assert len(most_viewed(Topic.objects.all())) == 4


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
    server, names = redis_backend.server, keys_of(TOPICS, 0, "default")
    count_view(None, topic, views=4)
    if open_before:
        redis_backend.claim(TOPICS, 0, "default")
    call = server.call

    def late(name: str, *args: Any) -> Any:
        if name == "adopt":
            batch = redis_backend.claim(TOPICS, 0, "default")
            if released and batch:
                assert move(redis_backend, batch, "default")
                call("release", [names.batch, names.batch_id], [batch.id.hex])
        return call(name, *args)

    with monkeypatch.context() as patch:
        patch.setattr(server, "call", late)
        assert seed(redis_backend) is False
        assert not server.client.exists(names.rank)
    flush()
    seed(redis_backend)
    assert server.client.zscore(names.rank, topic.pk) == 4


def test_unfinished_ranking_goes_by_itself(
    redis_backend: RedisBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a killed rebuild leaves expires; a finished ranking does not."""
    count_view(None, Topic.objects.create(name="Jazz"))
    flush()
    lose_everything(redis_backend)
    server, lifetimes = redis_backend.server, []
    call = server.call

    def look(name: str, keys: list[str], args: list[Any]) -> Any:
        if name == "adopt":
            lifetimes.append(server.client.ttl(keys[0]))
        return call(name, keys, args)

    monkeypatch.setattr(server, "call", look)

    assert seed(redis_backend) is True
    assert 0 < lifetimes[0] <= seeding.UNFINISHED_LIFETIME
    assert server.client.ttl(keys_of(TOPICS, 0, "default").rank) == -1


def test_ranking_is_not_adopted_beside_an_open_batch(redis_backend: RedisBackend) -> None:
    """Not even if the number of claims was lost, and so looks unchanged."""
    count_view(None, Topic.objects.create(name="Jazz"))
    redis_backend.claim(TOPICS, 0, "default")
    server, keys = redis_backend.server, keys_of(TOPICS, 0, "default")
    server.client.delete(keys.claims, keys.rank)
    server.client.zadd(f"{keys.rank}:new", {"1": 1})

    names = [f"{keys.rank}:new", keys.rank, keys.pend, keys.batch, keys.claims]

    assert server.call("adopt", names, [b"", "-inf"]) == 0
    assert not server.client.exists(names[0], keys.rank)


class TestCutOff:
    """A ranking that is smaller than the number of objects."""

    @pytest.fixture(autouse=True)
    def topics(self, redis_backend: RedisBackend, settings: Any) -> list[Topic]:
        settings.VIEWCOUNT_RANKING_SIZE = 10
        topics = [Topic.objects.create(name=str(number)) for number in range(1, 16)]
        for number, topic in enumerate(topics, 1):
            count_view(None, topic, views=number)
        flush()
        return topics

    def scores(self, backend: RedisBackend) -> dict[bytes, float]:
        name = keys_of(TOPICS, 0, "default").rank
        return dict(backend.server.client.zrange(name, 0, -1, withscores=True))

    @pytest.mark.parametrize("lost", [False, True])
    def test_the_best_stay(
        self, lost: bool, topics: list[Topic], redis_backend: RedisBackend
    ) -> None:
        if lost:
            lose_everything(redis_backend)
            assert seed(redis_backend)

        scores = self.scores(redis_backend)

        assert scores.pop(b"") == 5
        assert sorted(scores.values()) == list(range(6, 16))

    def test_objects_outside_are_known_to_the_database(self, topics: list[Topic]) -> None:
        assert count_view(None, topics[0]).views is None
        assert get_views(topics[0]) == 2
        assert count_view(None, topics[9]).views == 11
        assert [topic.view_count for topic in most_viewed(Topic.objects.all(), limit=15)] == [
            *(15, 14, 13, 12, 11, 11, 9, 8, 7, 6, 5, 4, 3, 2, 2)
        ]
        assert rank(topics[4]) == (11, 15)

    def test_object_outside_comes_in_with_a_flush(
        self, topics: list[Topic], redis_backend: RedisBackend
    ) -> None:
        count_view(None, topics[0], views=20)
        assert str(topics[0].pk).encode() not in self.scores(redis_backend)
        batch = redis_backend.claim(TOPICS, 0, "default")
        assert batch
        assert move(redis_backend, batch, "default")
        count_view(None, topics[0], views=3)  # between the claim and the flush's end

        flush()

        assert self.scores(redis_backend)[str(topics[0].pk).encode()] == 24
        assert count_view(None, topics[0]).views == 25
        assert most_viewed(Topic.objects.all(), limit=1) == [topics[0]]
