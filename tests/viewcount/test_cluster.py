"""A real cluster, which refuses every command whose keys are in two slots."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import redis
from testapp.models import Country, Topic

from django_viewcount.api import (
    Reason,
    attach_views,
    count_view,
    count_views,
    flush,
    get_views,
    health,
    most_viewed,
)
from django_viewcount.backends.redis import RedisBackend
from django_viewcount.backends.redis.keys import keys_of
from django_viewcount.backends.redis.server import LIBRARY
from django_viewcount.targets import Kind
from tests.viewcount.contract import ViewCountContract

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cluster_backend")]


class TestCluster(ViewCountContract):
    pass


class TestShardedCluster(ViewCountContract):
    """The same with every model in five slots."""

    @pytest.fixture(autouse=True)
    def _shards(self, settings: Any) -> None:
        settings.VIEWCOUNT_SHARDS = 5


def test_the_cluster_refuses_what_reaches_over_slots(cluster_backend: RedisBackend) -> None:
    """Else the tests of this module would prove nothing."""
    client = cluster_backend.server.client
    node = client.get_redis_connection(client.get_node_from_key("a"))
    with pytest.raises(redis.ResponseError, match="don't hash to the same slot"):
        node.mget("a", "b")


def test_models_and_shards_are_in_slots_of_their_own(
    cluster_backend: RedisBackend, settings: Any
) -> None:
    slot = cluster_backend.server.client.keyslot
    settings.VIEWCOUNT_SHARDS = 4
    kinds = [Kind(Topic), Kind(Country)]

    slots = [
        {slot(name) for name in [*keys_of(kind, shard, "default"), keys.hour(1), keys.day(1)]}
        for kind in kinds
        for shard in range(4)
        if (keys := keys_of(kind, shard, "default"))
    ]

    assert {len(found) for found in slots} == {1}
    assert len(set.union(*slots)) == 8


@pytest.mark.parametrize("shards", [1, 3])
def test_one_round_trip_and_one_call_of_a_function(
    round_trips: Callable[[], Any], visit: Callable[..., Any], settings: Any, shards: int
) -> None:
    settings.VIEWCOUNT_SHARDS = shards
    topics = [Topic.objects.create(name=name) for name in "abc"]
    for topic in topics:
        count_view(visit(), topic)

    for topic in topics:
        with round_trips() as sent:
            assert count_view(visit("203.0.113.8"), topic).counted
        assert len(sent) == 1
        command = b"".join(sent[0])
        assert command.count(b"FCALL") == 1
        assert f"{LIBRARY}_count".encode() in command


def test_many_at_once(round_trips: Callable[[], Any], settings: Any) -> None:
    settings.VIEWCOUNT_SHARDS = 3
    topics = [Topic.objects.create(name=name) for name in "abcdefghij"]
    count_views(None, [(topic, "view", None) for topic in topics])
    attach_views(topics)  # brings the rankings to Redis

    with round_trips() as sent:
        count_views(None, [(topic, "view", None) for topic in topics])
    assert len(sent) == 1  # there is one node
    with round_trips() as sent:
        attach_views(topics)
    assert len(sent) == 1

    assert [topic.view_count for topic in topics] == [2] * 10
    flush()
    assert [get_views(topic) for topic in topics] == [2] * 10


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["redis://127.0.0.1:1", "plain"])
def test_cluster_that_is_not_found(url: str, redis_url: str, settings: Any) -> None:
    """Its client has errors of its own, for nobody there and for a server that is no cluster."""
    settings.VIEWCOUNT_REDIS_CLUSTER = True
    settings.VIEWCOUNT_REDIS_URL = redis_url.rpartition("/")[0] if url == "plain" else url
    topic = Topic.objects.create(name="Jazz")

    for _ in range(2):
        assert count_view(None, topic).reason is Reason.BUFFERED
        assert get_views(topic) == 0
        assert most_viewed(Topic.objects.all(), "trending") == []
    assert health().cause
