from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import redis
import redis.connection

from django_viewcount.backends import get_backend
from django_viewcount.backends.redis import RedisBackend
from django_viewcount.outages import outages
from tests import servers


@pytest.fixture(autouse=True)
def _no_outage_yet() -> None:
    outages.reset()


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A real server: the one of REDIS_URL, else one for this session."""
    try:
        with servers.valkey() as url:
            yield url
    except servers.ServerNotFound as error:
        pytest.skip(str(error))


@pytest.fixture
def redis_backend(redis_url: str, settings: Any) -> Iterator[RedisBackend]:
    """The Redis backend, with keys of its own and patience for a busy machine."""
    prefix = f"test-{uuid.uuid4().hex}"
    settings.VIEWCOUNT_REDIS_URL = redis_url
    settings.VIEWCOUNT_KEY_PREFIX = prefix
    settings.VIEWCOUNT_TIMEOUT = 10
    backend = get_backend()
    assert isinstance(backend, RedisBackend)
    backend.server.breaker.answered()
    yield backend
    with redis.Redis.from_url(redis_url) as client:
        for key in client.scan_iter(f"{prefix}*"):
            client.delete(key)


@pytest.fixture
def round_trips(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Any]:
    """Count what is really written to the server: `with round_trips() as sent`."""

    @contextmanager
    def counted() -> Iterator[list[Any]]:
        connection, sent = redis.connection.AbstractConnection, []
        send = connection.send_packed_command

        def record(self: Any, command: Any, *args: Any, **kwargs: Any) -> Any:
            sent.append(command)
            return send(self, command, *args, **kwargs)

        with monkeypatch.context() as patch:
            patch.setattr(connection, "send_packed_command", record)
            yield sent

    return counted
