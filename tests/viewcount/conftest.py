from __future__ import annotations

import json
import os
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import pytest
import redis
import redis.connection
from django.conf import settings as project_settings
from django.db import connection
from django.db.models.signals import post_delete
from django.test import RequestFactory

from django_viewcount import receivers, salts
from django_viewcount.backends import get_backend
from django_viewcount.backends.redis import RedisBackend
from django_viewcount.backends.redis import backend as redis_module
from django_viewcount.buffering import buffer
from django_viewcount.outages import outages
from tests import servers

CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36"
)

# What these ask of a database is asked elsewhere, of every engine. They take seconds, and so run
# in one round only: every run of the suite in CI has the one on SQLite with Django's own user.
if connection.vendor != "sqlite" or project_settings.AUTH_USER_MODEL != "auth.User":
    collect_ignore = ["test_cluster.py", "test_doctor.py", "test_outages.py", "test_sentinel.py"]


@pytest.fixture(autouse=True)
def _no_outage_yet() -> Iterator[None]:
    yield
    buffer.views.clear()
    outages.reset()
    salts.forget()


@pytest.fixture(autouse=True)
def _nobody_watches() -> Iterator[None]:
    """Each test begins as a process that has counted nothing, and leaves fast deletes to others."""
    yield
    for model in receivers._watched:
        for other in (model, *model.__subclasses__()):
            uid = f"django_viewcount:{other._meta.label}"
            post_delete.disconnect(sender=other, dispatch_uid=uid)
    receivers._watched.clear()


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
    settings.VIEWCOUNT_REDIS_URL = redis_url
    with backend_in_use(settings) as backend:
        client, prefix = backend.server.client, settings.VIEWCOUNT_KEY_PREFIX
        yield backend
        delete_keys(client, prefix)


@contextmanager
def backend_in_use(settings: Any, timeout: float = 10) -> Iterator[RedisBackend]:
    """Give a test keys of its own, and salts that are the same each time it runs.

    Redis takes two visitors for one if they share one of 16,384 registers: four of them once in
    2,700 salts.
    """
    numbers = count()
    settings.VIEWCOUNT_KEY_PREFIX = f"test-{uuid.uuid4().hex}"
    settings.VIEWCOUNT_TIMEOUT = timeout
    backend = get_backend()
    assert isinstance(backend, RedisBackend)
    server = backend.server
    server.breaker.answered()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(redis_module, "token_bytes", lambda size: next(numbers).to_bytes(size, "big"))
        yield backend
    # What the test did to its server is nothing to the next test.
    server.breaker.answered()


def delete_keys(client: Any, prefix: str) -> None:
    for key in client.scan_iter(f"{prefix}*"):
        client.delete(key)


@pytest.fixture(scope="session")
def farm() -> Iterator[servers.Farm]:
    """Starts servers of a test's own."""
    with ExitStack() as stack:
        try:
            farm = stack.enter_context(servers.nodes())
        except servers.ServerNotFound as error:
            pytest.skip(str(error))
        yield farm


@pytest.fixture
def node(farm: servers.Farm) -> Iterator[servers.Node]:
    """A server that the test may stop, kill and start again. It keeps what it acknowledged."""
    node = farm.node(appendonly="yes", appendfsync="no")
    yield node
    farm.end(node)


@pytest.fixture
def node_backend(node: servers.Node, settings: Any) -> Iterator[RedisBackend]:
    """The Redis backend on the server of `node`, as impatient as in production."""
    settings.VIEWCOUNT_REDIS_URL = node.url
    with backend_in_use(settings, timeout=0.1) as backend:
        yield backend


@pytest.fixture(scope="session")
def cluster_url(farm: servers.Farm) -> str:
    """A cluster of one node, which has all slots and refuses what reaches over two of them."""
    return servers.cluster(farm)[0].url


@pytest.fixture
def cluster_backend(cluster_url: str, settings: Any) -> Iterator[RedisBackend]:
    """The Redis backend on a cluster."""
    settings.VIEWCOUNT_REDIS_URL = cluster_url
    settings.VIEWCOUNT_REDIS_CLUSTER = True
    with backend_in_use(settings) as backend:
        client, prefix = backend.server.client, settings.VIEWCOUNT_KEY_PREFIX
        yield backend
        delete_keys(client, prefix)


@pytest.fixture
def round_trips(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Any]:
    """Count what this thread really writes to servers: `with round_trips() as sent`.

    A pipeline is written at once. What a new connection introduces itself with does not count: when
    the pool opens one is nothing to a test.
    """
    thread = threading.get_ident()

    @contextmanager
    def counted() -> Iterator[list[Any]]:
        connection, sent = redis.connection.AbstractConnection, []
        send, connect = connection.send_packed_command, connection.connect_check_health

        def record(self: Any, command: Any, *args: Any, **kwargs: Any) -> Any:
            if threading.get_ident() == thread:
                sent.append(command)
            return send(self, command, *args, **kwargs)

        def greet(self: Any, *args: Any, **kwargs: Any) -> None:
            before = len(sent)
            connect(self, *args, **kwargs)
            del sent[before:]

        with monkeypatch.context() as patch:
            patch.setattr(connection, "send_packed_command", record)
            patch.setattr(connection, "connect_check_health", greet)
            yield sent

    return counted


@pytest.fixture
def visit() -> Callable[..., Any]:
    """Make a request as a browser does."""

    def make(address: str = "203.0.113.7", agent: str = CHROME, **headers: str) -> Any:
        meta = {"REMOTE_ADDR": address, "HTTP_USER_AGENT": agent}
        return RequestFactory().get("/", **meta, **headers)  # type: ignore[arg-type]

    return make


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
                if hasattr(project_settings, name)
            }
        ),
    }
