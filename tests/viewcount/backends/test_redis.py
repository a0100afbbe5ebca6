from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import Any

import pytest
from django.db import transaction
from testapp.models import Country, Document, Topic

from django_viewcount.api import (
    Reason,
    ViewResult,
    attach_views,
    count_view,
    flush,
    get_views,
    most_viewed,
)
from django_viewcount.backends import get_backend
from django_viewcount.backends.redis import RedisBackend
from django_viewcount.backends.server import get_server, keys_of
from django_viewcount.exceptions import BackendUnavailable
from django_viewcount.flushing import move
from tests import servers
from tests.viewcount.contract import LaggingReplica, ViewCountContract, make_documents

pytestmark = pytest.mark.usefixtures("redis_backend")


class TestRedisBackend(ViewCountContract):
    pass


@pytest.mark.django_db
def test_structures(redis_backend: RedisBackend, settings: Any) -> None:
    country = Country.objects.create(code="a|b")
    moment = datetime(2026, 1, 2, 12, tzinfo=timezone.utc)
    count_view(None, country, views=2, at=moment)
    count_view(None, country, at=moment)
    client = redis_backend.server.client
    start = f"{settings.VIEWCOUNT_KEY_PREFIX}:{{testapp.country}}:default:view:"

    pend = client.hgetall(f"{start}pend")

    assert len(pend.pop(b"")) == 32
    assert pend == {b"a|b|": b"3", b"a|b|20260102": b"3"}
    assert client.zrange(f"{start}rank", 0, -1, withscores=True) == [
        (b"", float("-inf")),
        (b"a|b", 3.0),
    ]
    flush()
    assert not client.exists(f"{start}pend", f"{start}batch")


@pytest.mark.django_db
@pytest.mark.parametrize("size", [1, 50])
def test_costs(size: int, round_trips: Callable[[], Any], django_assert_num_queries: Any) -> None:
    documents = make_documents(size)
    topic = Topic.objects.create(name="Jazz")
    for number, document in enumerate(documents, 1):
        count_view(None, document, views=number)
    count_view(None, topic)
    flush()
    count_view(None, documents[0])

    with round_trips() as sent, django_assert_num_queries(0):
        assert count_view(None, documents[0]).views == 3
    assert len(sent) == 1
    with round_trips() as sent, django_assert_num_queries(1):
        get_views(documents[0])
    assert len(sent) == 1
    with round_trips() as sent, django_assert_num_queries(1):
        attach_views(documents)
    assert len(sent) == 1
    with round_trips() as sent, django_assert_num_queries(2):  # one per model
        attach_views([*documents, topic])
    assert len(sent) == 1
    with round_trips() as sent, django_assert_num_queries(2):
        assert len(most_viewed(Document.objects.all(), limit=50)) == size
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
def test_script_is_loaded_again(redis_backend: RedisBackend) -> None:
    """A server that was restarted has forgotten the scripts."""
    topic = Topic.objects.create(name="Jazz")
    count_view(None, topic)

    redis_backend.server.client.script_flush()

    assert count_view(None, topic).views == 2


def test_text_client_in_the_address(settings: Any, db: None) -> None:
    settings.VIEWCOUNT_REDIS_URL += "?decode_responses=True"
    country = Country.objects.create(code="Å")
    count_view(None, country)

    assert attach_views([country])[0].view_count == 1
    assert flush().views == 1
    assert most_viewed(Country.objects.all()) == [country]


def test_pool_is_kept(settings: Any) -> None:
    backend = get_backend()
    assert isinstance(backend, RedisBackend)
    server = backend.server

    assert backend.server is server
    settings.VIEWCOUNT_TIMEOUT = 3
    assert backend.server is not server
    options = backend.server.client.connection_pool.connection_kwargs
    assert (options["socket_timeout"], options["socket_connect_timeout"]) == (3, 3)


@pytest.mark.django_db
def test_flush_lifts_a_score_that_is_too_low(redis_backend: RedisBackend) -> None:
    topic = Topic.objects.create(name="Jazz")
    count_view(None, topic, views=5)
    redis_backend.server.client.zadd(keys_of(Topic, "default").rank, {topic.pk: 1})

    flush()

    assert most_viewed(Topic.objects.all())[0].view_count == 5


@pytest.mark.django_db
def test_flush_does_not_lower_a_score(redis_backend: RedisBackend) -> None:
    """Views that came after the claim are in the ranking, and not yet in the database."""
    topic = Topic.objects.create(name="Jazz")
    count_view(None, topic, views=5)
    batch = redis_backend.claim(Topic, None)
    assert batch
    count_view(None, topic, views=2)
    assert move(batch, "default")

    redis_backend.release(batch, None)

    assert most_viewed(Topic.objects.all())[0].view_count == 7


def redis_port() -> int:
    backend = get_backend()
    assert isinstance(backend, RedisBackend)
    return int(backend.server.client.connection_pool.connection_kwargs["port"])


class TestAway:
    @pytest.fixture
    def refused(self, settings: Any) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        settings.VIEWCOUNT_REDIS_URL = f"redis://127.0.0.1:{port}/0"

    @pytest.fixture
    def own_server(
        self, redis_backend: RedisBackend, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[int]:
        """A server that no other test uses; answers its process id."""
        monkeypatch.delenv("REDIS_URL", raising=False)
        with servers.valkey() as url:
            settings.VIEWCOUNT_REDIS_URL = url
            pid = redis_backend.server.client.info("server")["process_id"]
            yield pid
            os.kill(pid, signal.SIGCONT)

    @pytest.fixture
    def hung(self, own_server: int, settings: Any, redis_backend: RedisBackend) -> None:
        """A server that is stopped in the middle of its work."""
        settings.VIEWCOUNT_TIMEOUT = 0.1
        redis_backend.server.client.ping()
        os.kill(own_server, signal.SIGSTOP)

    @pytest.fixture(params=["refused", "hung"])
    def away(self, request: pytest.FixtureRequest, db: None) -> Topic:
        topic = Topic.objects.create(name="Jazz")
        count_view(None, topic, views=3)
        flush()
        count_view(None, topic)
        request.getfixturevalue(request.param)
        return topic

    @pytest.fixture
    def attempts(
        self, monkeypatch: pytest.MonkeyPatch, round_trips: Callable[[], Any]
    ) -> Iterator[list[Any]]:
        """Every connection tried and command sent: each may cost a page one timeout."""
        connect = socket.socket.connect

        with round_trips() as tried:

            def record(self: socket.socket, address: Any) -> None:
                if self.family != socket.AF_UNIX and address[1] == redis_port():
                    tried.append(address)
                connect(self, address)

            monkeypatch.setattr(socket.socket, "connect", record)
            yield tried

    def test_page_renders(
        self, away: Topic, attempts: list[Any], caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.ERROR, "django_viewcount"):
            assert count_view(None, away) == ViewResult(False, Reason.UNAVAILABLE, None)
            assert get_views(away) == 3
            assert attach_views([away])[0].view_count == 3
            assert most_viewed(Topic.objects.all()) == [away]

        assert len(attempts) == 1  # the first call waited, the others did not
        assert [record.name for record in caplog.records] == ["django_viewcount"]

    def test_view_costs_one_attempt(self, away: Topic, attempts: list[Any]) -> None:
        count_view(None, away)

        assert len(attempts) == 1

    @pytest.mark.django_db(databases=["default", "other"])
    def test_ranking_behind_a_replica(self, away: Topic, settings: Any) -> None:
        settings.DATABASE_ROUTERS = [LaggingReplica()]

        (topic,) = most_viewed(Topic.objects.all())

        assert topic.view_count == 3

    @pytest.mark.parametrize("options", ["", "?retry_on_timeout=True"])
    def test_view_is_never_sent_twice(
        self, options: str, own_server: int, db: None, settings: Any
    ) -> None:
        """A server that is late got the view all the same; sent again it would count twice."""
        settings.VIEWCOUNT_REDIS_URL += options
        settings.VIEWCOUNT_TIMEOUT = 0.5
        topic = Topic.objects.create(name="Jazz")
        count_view(None, topic)
        resume = threading.Timer(0.8, os.kill, (own_server, signal.SIGCONT))
        os.kill(own_server, signal.SIGSTOP)
        resume.start()

        assert count_view(None, topic).reason is Reason.UNAVAILABLE
        resume.join()
        settings.VIEWCOUNT_TIMEOUT = 10
        assert get_views(topic) == 2

    def test_flush_says_so(self, away: Topic) -> None:
        with pytest.raises(BackendUnavailable, match=r"^Redis: "):
            flush()


@pytest.mark.django_db
def test_recovers_by_itself(redis_url: str, settings: Any) -> None:
    topic = Topic.objects.create(name="Jazz")
    settings.VIEWCOUNT_REDIS_URL = "redis://127.0.0.1:1/0"
    assert count_view(None, topic).reason is Reason.UNAVAILABLE
    settings.VIEWCOUNT_REDIS_URL = redis_url

    assert count_view(None, topic).views == 1


@pytest.mark.django_db
def test_stale_connection_loses_no_view(redis_backend: RedisBackend) -> None:
    """Connections that the server has closed meanwhile are noticed before they are used."""
    topic = Topic.objects.create(name="Jazz")
    count_view(None, topic)
    client = redis_backend.server.client
    other = get_server(f"{client_url(client)}?client_name=killer", 10).client
    other.client_kill_filter(_type="normal", skipme=True)

    assert count_view(None, topic).views == 2


def client_url(client: Any) -> str:
    options = client.connection_pool.connection_kwargs
    return f"redis://{options['host']}:{options['port']}/{options.get('db') or 0}"


@pytest.mark.django_db
def test_total_that_cannot_be_read_does_not_undo_the_view(
    redis_backend: RedisBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic = Topic.objects.create(name="Jazz")

    def fail(*args: Any) -> None:
        raise BackendUnavailable("gone since")

    monkeypatch.setattr("django_viewcount.backends.redis.seed_from_page", fail)

    assert count_view(None, topic) == ViewResult(True, Reason.COUNTED, None)
    assert get_views(topic) == 1


@pytest.mark.django_db
def test_view_in_a_transaction_that_is_rolled_back_stays_counted() -> None:
    topic = Topic.objects.create(name="Jazz")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        count_view(None, topic)
        raise ZeroDivisionError

    assert get_views(topic) == 1
