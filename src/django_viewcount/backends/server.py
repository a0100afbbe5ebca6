from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from time import monotonic
from typing import Any, NamedTuple

from django.db import models
from redis import ConnectionPool, Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError, RedisError, TimeoutError
from redis.retry import Retry

from ..conf import settings
from ..exceptions import BackendUnavailable
from ..targets import DEFAULT_COUNTER
from . import scripts

# Seconds. Views are lost meanwhile, so no longer than pages that wait would be noticed.
PAUSE = 5.0


class Breaker:
    """Skips a server for a while after it did not answer, so that a page waits only once."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.retry_at, self.cause = 0.0, ""

    def answered(self) -> None:
        with self.lock:
            self.cause = ""

    def failed(self, cause: str) -> None:
        with self.lock:
            self.retry_at, self.cause = monotonic() + PAUSE, cause

    def check(self) -> None:
        """Let a call through, or raise BackendUnavailable; after the pause, let one try."""
        with self.lock:
            if not self.cause:
                return
            now = monotonic()
            if now < self.retry_at:
                raise BackendUnavailable(f"Redis, a moment ago and not asked since: {self.cause}")
            self.retry_at = now + PAUSE


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
    """One Redis server: a client that never tries twice, its breaker, and the scripts."""

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
        self.breaker = Breaker()
        self.client: Any = Redis(connection_pool=pool)
        self.count = self.client.register_script(scripts.COUNT)
        self.claim = self.client.register_script(scripts.CLAIM)
        self.release = self.client.register_script(scripts.RELEASE)
        self.raise_scores = self.client.register_script(scripts.RAISE)
        self.adopt = self.client.register_script(scripts.ADOPT)

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Turn every error of Redis, down, hung, full or read-only, into BackendUnavailable."""
        self.breaker.check()
        try:
            yield
        except RedisError as error:
            cause = str(error) or type(error).__name__
            if isinstance(error, (ConnectionError, TimeoutError)):
                self.breaker.failed(cause)
            raise BackendUnavailable(f"Redis: {cause}") from error
        if self.breaker.cause:
            self.breaker.answered()


@lru_cache(maxsize=16)
def get_server(url: str, timeout: float) -> Server:
    """Return the server at an address: one pool of connections per process."""
    return Server(url, timeout)
