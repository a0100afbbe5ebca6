from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import models
from redis import ConnectionPool, Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from ..conf import settings
from ..exceptions import BackendUnavailable
from ..targets import DEFAULT_COUNTER
from . import scripts


class Keys(NamedTuple):
    """Names of what Redis keeps for one model. The braces put them on one node of a cluster."""

    pend: str
    """Hash: views that wait for a flush, in total and by day."""
    batch: str
    """Hash: what the last flush claimed and has not released."""
    rank: str
    """Sorted set: lifetime views, the ranking of all time."""
    claims: str
    """Number of batches claimed so far."""
    seeding: str
    """Exists for a while after a page has tried to rebuild the ranking."""


def keys_of(model: type[models.Model], alias: str) -> Keys:
    # The label and not the content type, whose id differs between databases.
    start = f"{settings.key_prefix}:{{{model._meta.label_lower}}}:{alias}:{DEFAULT_COUNTER}"
    return Keys(*(f"{start}:{name}" for name in Keys._fields))


class Server:
    """One Redis server: a client that never tries twice, and the scripts."""

    def __init__(self, url: str, timeout: float) -> None:
        # A retried increment counts a view twice, and retries against a server that is away
        # hold up the page: redis-py's own default waits for seconds.
        pool: ConnectionPool = ConnectionPool.from_url(
            url,
            socket_timeout=timeout,
            socket_connect_timeout=timeout,
            retry=Retry(NoBackoff(), 0),
        )
        # The address may ask for text, but keys are compared and parsed as bytes here.
        pool.connection_kwargs["decode_responses"] = False
        self.client: Any = Redis(connection_pool=pool)
        self.count = self.client.register_script(scripts.COUNT)
        self.claim = self.client.register_script(scripts.CLAIM)
        self.release = self.client.register_script(scripts.RELEASE)
        self.raise_scores = self.client.register_script(scripts.RAISE)
        self.adopt = self.client.register_script(scripts.ADOPT)


@lru_cache(maxsize=16)
def get_server(url: str, timeout: float) -> Server:
    """Return the server at an address: one pool of connections per process."""
    return Server(url, timeout)


@contextmanager
def outage_as_unavailable() -> Iterator[None]:
    """Turn every error of Redis, down, hung, full or read-only, into BackendUnavailable."""
    try:
        yield
    except RedisError as error:
        raise BackendUnavailable(f"Redis: {str(error) or type(error).__name__}") from error
