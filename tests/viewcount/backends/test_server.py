from __future__ import annotations

import pytest
from redis.exceptions import ConnectionError, ResponseError, TimeoutError
from testapp.models import Topic

from django_viewcount.api import Reason, count_view, get_views
from django_viewcount.backends import server as server_module
from django_viewcount.backends.redis import RedisBackend
from django_viewcount.backends.server import PAUSE, Server
from django_viewcount.exceptions import BackendUnavailable


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(server_module, "monotonic", clock)
    return clock


@pytest.fixture
def server() -> Server:
    return Server("redis://127.0.0.1:1/0", 0.1)  # nothing connects to it


def ask(server: Server, error: Exception | None = None) -> None:
    with server.guarded():
        if error:
            raise error


@pytest.mark.parametrize("error", [ConnectionError("refused"), TimeoutError("too late")])
def test_silent_server_is_skipped_for_a_while(
    error: Exception, server: Server, clock: Clock
) -> None:
    ask(server)
    with pytest.raises(BackendUnavailable, match=f"^Redis: {error}$"):
        ask(server, error)
    for second in (0, PAUSE - 0.1):
        clock.now = 1000 + second
        with pytest.raises(BackendUnavailable, match=f"not asked since: {error}$"):
            ask(server)
    clock.now = 1000 + PAUSE
    with pytest.raises(BackendUnavailable, match="^Redis: still$"):
        ask(server, TimeoutError("still"))
    with pytest.raises(BackendUnavailable, match="not asked since: still$"):
        ask(server)


def test_one_call_tries_for_all(server: Server, clock: Clock) -> None:
    with pytest.raises(BackendUnavailable):
        ask(server, TimeoutError())
    clock.now += PAUSE

    with server.guarded(), pytest.raises(BackendUnavailable, match="not asked since"):
        ask(server)

    ask(server)
    ask(server)


def test_server_that_answers_is_not_skipped(server: Server) -> None:
    with pytest.raises(BackendUnavailable, match="^Redis: OOM$"):
        ask(server, ResponseError("OOM"))
    ask(server)


@pytest.mark.django_db
def test_counts_again_after_the_pause(redis_backend: RedisBackend, clock: Clock) -> None:
    topic = Topic.objects.create(name="Jazz")
    redis_backend.server.breaker.failed("gone")

    assert count_view(None, topic).reason is Reason.UNAVAILABLE
    clock.now += PAUSE
    assert count_view(None, topic).views == 1
    assert get_views(topic) == 1
