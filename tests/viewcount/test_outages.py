"""Real servers that refuse, hang, come and go, are full, or must not be written to."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import redis.connection
from testapp.models import Topic

from django_viewcount.api import (
    attach_views,
    count_view,
    count_views,
    flush,
    get_unique_views,
    get_views,
    health,
    most_viewed,
    percentile,
    rank,
    series,
)
from django_viewcount.backends.redis import RedisBackend, breaker
from django_viewcount.exceptions import BackendUnavailable
from django_viewcount.models import DailyViews, ViewCount
from django_viewcount.outages import Outages
from django_viewcount.reasons import Reason
from tests import servers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("node_backend", "fast_probes")]


@pytest.fixture
def fast_probes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breaker, "INTERVAL", 0.02)


@pytest.fixture
def slow_probes(fast_probes: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """None while the test lasts: it sees what it does itself."""
    monkeypatch.setattr(breaker, "INTERVAL", 60)


@pytest.fixture
def topic() -> Topic:
    return Topic.objects.create(name="Jazz")


@pytest.fixture
def touches(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Any]:
    """Note what this thread does with the network: "connect" and "send"."""
    thread = threading.get_ident()

    @contextmanager
    def noted() -> Iterator[list[str]]:
        found: list[str] = []
        connection = redis.connection.Connection
        with monkeypatch.context() as patch:
            for name, method in (("connect", "_connect"), ("send", "send_packed_command")):
                patch.setattr(connection, method, _noting(found, name, thread, connection, method))
            yield found

    return noted


def _noting(found: list[str], name: str, thread: int, connection: Any, method: str) -> Any:
    wrapped = getattr(connection, method)

    def act(*args: Any, **kwargs: Any) -> Any:
        if threading.get_ident() == thread:
            found.append(name)
        return wrapped(*args, **kwargs)

    return act


def render(request: Any, topic: Topic) -> Reason:
    """All that a page may ask for."""
    result = count_view(request, topic)
    count_view(request, topic, counter="robot")
    count_views(request, [(topic, "view", None)] * 3)
    attach_views([topic], uniques=True)
    get_views(topic)
    get_unique_views(topic)
    for period in ("all", "hour", "day", "week", "month", "trending", "rising"):
        most_viewed(Topic.objects.all(), period=period)
        if period != "rising":
            rank(topic, period=period)
    percentile(topic)
    series(topic)
    series(topic, hours=24)
    return result.reason


def wait_for_recovery() -> None:
    servers.until(lambda: not health().waiting and not health().cause, "kept views to be counted")


def recovered(views: int, topic: Topic) -> None:
    """Wait for what was kept; then all of it is there, once, before and after a flush."""
    wait_for_recovery()
    assert get_views(topic) == views
    flush()
    assert get_views(topic) == views
    assert ViewCount.objects.get(counter="view").views == views
    assert sum(DailyViews.objects.filter(counter="view").values_list("views", flat=True)) == views


@pytest.mark.parametrize("warm", [True, False])
def test_refused(
    node: servers.Node,
    topic: Topic,
    visit: Callable[..., Any],
    touches: Callable[[], Any],
    slow_probes: None,
    warm: bool,
) -> None:
    if warm:
        assert count_view(visit(), topic).counted
    node.kill()

    with touches() as first:
        assert count_view(visit(), topic) == (True, Reason.BUFFERED, None)
    with touches() as later:
        for number in range(20):
            assert render(visit(f"203.0.113.{number}"), topic) is Reason.BUFFERED

    assert first.count("connect") == 1
    assert later == []


def test_refused_page_has_what_the_database_holds(
    node: servers.Node, topic: Topic, visit: Callable[..., Any]
) -> None:
    count_view(visit(), topic, views=5)
    flush()
    count_view(visit(), topic)
    node.kill()

    assert render(visit(), topic) is Reason.BUFFERED
    assert get_views(topic) == 5
    assert [found.view_count for found in most_viewed(Topic.objects.all())] == [5]
    assert [point.views for point in series(topic, days=2)] == [0, 5]


def test_hung(
    node: servers.Node,
    topic: Topic,
    visit: Callable[..., Any],
    touches: Callable[[], Any],
    slow_probes: None,
) -> None:
    assert count_view(visit(), topic).counted
    node.freeze()

    with touches() as first:
        assert count_view(visit(), topic) == (False, Reason.UNAVAILABLE, None)
    with touches() as later:
        for _ in range(20):
            assert render(visit(), topic) is Reason.BUFFERED

    assert first == ["send"]  # so there was one timeout
    assert later == []
    assert health().uncertain == 1


def test_hung_before_the_first_view(
    node: servers.Node,
    topic: Topic,
    visit: Callable[..., Any],
    touches: Callable[[], Any],
    slow_probes: None,
) -> None:
    node.freeze()

    with touches() as first:
        assert count_view(visit(), topic) == (True, Reason.BUFFERED, None)

    assert first.count("send") == first.count("connect") == 1


def test_kept_views_arrive_once(
    node: servers.Node, topic: Topic, visit: Callable[..., Any]
) -> None:
    assert count_view(visit(), topic).counted
    node.kill()
    for number in range(300):
        assert count_view(visit(f"203.0.113.{number % 200}"), topic).reason is Reason.BUFFERED
    assert health().waiting == 300
    assert health().cause

    node.start()

    recovered(301, topic)
    assert health().lost == health().uncertain == 0


def test_view_that_a_hung_server_counts_late_is_not_counted_again(
    node: servers.Node, topic: Topic, visit: Callable[..., Any]
) -> None:
    assert count_view(visit(), topic).counted
    node.freeze()
    assert count_view(visit(), topic).reason is Reason.UNAVAILABLE
    assert count_view(visit(), topic).reason is Reason.BUFFERED

    node.thaw()

    recovered(3, topic)  # the one that is uncertain was done


def test_view_with_a_token_is_sent_again_and_counted_once(
    node: servers.Node, topic: Topic, visit: Callable[..., Any]
) -> None:
    assert count_view(visit(), topic, token="first").counted
    node.freeze()
    assert count_view(visit(), topic, token="second").reason is Reason.BUFFERED

    node.thaw()

    recovered(2, topic)
    assert health().uncertain == 0


def test_hung_while_kept_views_are_sent(
    node: servers.Node, topic: Topic, visit: Callable[..., Any], node_backend: RedisBackend
) -> None:
    count_view(visit(), topic)
    node.kill()
    for _ in range(450):
        count_view(visit(), topic)
    node.start()
    servers.until(lambda: not node_backend.server.breaker.cause, "the server to be seen")
    node.freeze()
    time.sleep(0.15)
    node.thaw()

    recovered(451, topic)


def test_full_buffer_loses_says_so_once_and_counts_what_it_loses(
    node: servers.Node,
    topic: Topic,
    visit: Callable[..., Any],
    settings: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings.VIEWCOUNT_BUFFER_SIZE = 10
    count_view(visit(), topic)
    node.kill()

    with caplog.at_level(logging.ERROR, "django_viewcount"):
        results = [count_view(visit(), topic) for _ in range(30)]

    reasons = [result.reason for result in results]
    assert reasons == [Reason.BUFFERED] * 10 + [Reason.UNAVAILABLE] * 20
    assert (health().waiting, health().lost) == (10, 20)
    assert len(caplog.records) == 1
    node.start()
    recovered(11, topic)
    assert health().lost == 20


def test_without_a_buffer(
    node: servers.Node, topic: Topic, visit: Callable[..., Any], settings: Any
) -> None:
    settings.VIEWCOUNT_BUFFER_SIZE = 0
    node.kill()

    assert count_view(visit(), topic) == (False, Reason.UNAVAILABLE, None)
    assert (health().waiting, health().lost) == (0, 1)


@pytest.mark.django_db(transaction=True)
def test_server_that_comes_and_goes_under_traffic(
    node: servers.Node,
    topic: Topic,
    visit: Callable[..., Any],
    together: Callable[..., list[Any]],
) -> None:
    count_view(visit(), topic)
    ended: list[bool] = []

    def act(number: int) -> list[Reason]:
        if number:
            reasons = []
            while not ended:
                token = f"{number}-{len(reasons)}" if number == 1 else None
                reasons.append(count_view(visit(), topic, token=token).reason)
                time.sleep(0.002)
            return reasons
        for turn in range(4):
            node.freeze() if turn % 2 else node.kill()
            time.sleep(0.2)
            node.thaw() if turn % 2 else node.start()
            time.sleep(0.1)
        ended.append(True)
        return []

    reasons = [reason for found in together(4, act) for reason in found]

    wait_for_recovery()
    accepted = sum(reason in (Reason.COUNTED, Reason.BUFFERED) for reason in reasons)
    assert len(reasons) - accepted == health().uncertain < 20
    assert reasons.count(Reason.BUFFERED) > 20
    flush()
    views = ViewCount.objects.get().views
    assert accepted + 1 <= views <= accepted + 1 + health().uncertain
    assert get_views(topic) == views


def test_full_memory(
    node: servers.Node,
    topic: Topic,
    visit: Callable[..., Any],
    round_trips: Callable[[], Any],
) -> None:
    assert count_view(visit(), topic).counted
    flush()
    assert count_view(visit(), topic).counted
    client = node.client()
    client.config_set("maxmemory-policy", "noeviction")
    client.config_set("maxmemory", 1)

    with round_trips() as sent:
        assert count_view(visit(), topic).reason is Reason.BUFFERED
    assert len(sent) == 1
    assert "maxmemory" in health().cause
    assert render(visit(), topic) is Reason.BUFFERED
    assert get_views(topic) == 2  # what does not write is answered still
    assert health().waiting == 6

    client.config_set("maxmemory", 0)
    assert count_view(visit(), topic).counted
    recovered(8, topic)


def test_full_memory_before_the_first_view(
    node: servers.Node, topic: Topic, visit: Callable[..., Any], node_backend: RedisBackend
) -> None:
    client = node.client()
    client.config_set("maxmemory", 1)

    assert render(visit(), topic) is Reason.BUFFERED

    client.config_set("maxmemory", 0)
    assert count_view(visit(), topic).counted
    assert not node_backend.server.scripts


def test_replica_that_must_not_be_written_to(
    farm: servers.Farm, node: servers.Node, topic: Topic, visit: Callable[..., Any], settings: Any
) -> None:
    assert count_view(visit(), topic).counted
    replica = farm.node(replicaof=f"127.0.0.1 {node.port}")
    servers.until(
        lambda: replica.client().info("replication")["master_link_status"] == "up", "the replica"
    )
    settings.VIEWCOUNT_REDIS_URL = replica.url

    assert render(visit(), topic) is Reason.BUFFERED
    assert get_views(topic) == 1
    farm.end(replica)


def test_commands_of_operators_tell_of_an_outage(node: servers.Node, topic: Topic) -> None:
    node.kill()

    for _ in range(2):
        with pytest.raises(BackendUnavailable, match="Redis"):
            flush()


def test_log_once_per_interval(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    log = Outages()

    with caplog.at_level(logging.ERROR, "django_viewcount"):
        for second in (0, 1, 59, 60, 61, 120):
            now = 1000.0 + second
            log.report(OSError("refused"), lost=1)

    assert [record.getMessage().partition("refused ")[2] for record in caplog.records] == [
        "(this process has lost 1 views so far)",
        "(2 earlier failures were not logged; this process has lost 4 views so far)",
        "(1 earlier failures were not logged; this process has lost 6 views so far)",
    ]
