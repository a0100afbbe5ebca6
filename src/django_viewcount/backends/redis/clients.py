"""Clients of Redis that never try twice, for one server, a cluster, or behind Sentinel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.core.cache import caches
from django.core.checks import CheckMessage, Error
from redis import ConnectionPool, Redis
from redis.backoff import NoBackoff
from redis.cluster import RedisCluster
from redis.connection import parse_url
from redis.retry import Retry
from redis.sentinel import Sentinel

from ...conf import settings


def options(timeout: float) -> dict[str, Any]:
    """What every client of ours is made with.

    A retried increment counts a view twice, and retries against a server that is away hold up the
    page: redis-py's own default waits for seconds. Keys are compared and parsed as bytes.
    """
    return {
        "socket_timeout": timeout,
        "socket_connect_timeout": timeout,
        "retry": Retry(NoBackoff(), 0),
    }


def make_client(
    url: str | None, timeout: float, cluster: bool, sentinel: Mapping[str, Any] | None
) -> Any:
    """Make the client that the settings ask for. Raises ValueError, or RedisError from a cluster.

    Only a cluster is asked for something here: which of its nodes has what.
    """
    if sentinel is not None:
        if missing := {"hosts", "service"} - set(sentinel):
            raise ValueError(f"it has no {' and no '.join(map(repr, sorted(missing)))}")
        return _behind_sentinel(timeout, **sentinel)
    if cluster:
        return RedisCluster.from_url(url or "", **options(timeout), decode_responses=False)
    url = url or ""
    pool: Any = ConnectionPool.from_url(url) if "://" in url else _pool_of_cache(url)
    # The address, or the cache, may ask for text and for patience.
    kwargs = pool.connection_kwargs | options(timeout) | {"decode_responses": False}
    return Redis(connection_pool=ConnectionPool(pool.connection_class, **kwargs))


def _behind_sentinel(
    timeout: float, hosts: Any, service: str, sentinel_options: Any = (), **connection: Any
) -> Any:
    sentinel: Any = cast("Any", Sentinel)(
        [(host, int(port)) for host, port in hosts],
        sentinel_kwargs=options(timeout) | dict(sentinel_options),
    )
    return sentinel.master_for(service, **(connection | options(timeout)))


def _pool_of_cache(alias: str) -> Any:
    """The pool of Django's own Redis cache, or of django-redis."""
    if alias not in caches.settings:
        raise ValueError("it is neither an address nor the name of an entry of CACHES")
    cache: Any = caches[alias]
    if hasattr(cache, "client"):  # django-redis
        return cache.client.get_client(write=True).connection_pool
    if hasattr(cache, "_cache") and hasattr(cache._cache, "get_client"):
        return cache._cache.get_client(write=True).connection_pool
    raise ValueError("this entry of CACHES does not use Redis")


def check_client() -> list[CheckMessage]:
    """Find what is wrong with the settings of the client. No I/O."""
    url, sentinel, cluster = settings.redis_url, settings.redis_sentinel, settings.redis_cluster
    name, value = "VIEWCOUNT_REDIS_URL", repr(url)
    try:
        if sentinel is not None:
            name, value = "VIEWCOUNT_REDIS_SENTINEL", repr(sentinel)
            client = make_client(None, settings.timeout, False, sentinel)
            client.connection_pool.make_connection()  # takes the options, and connects to nothing
        elif cluster:
            parsed = cast("Any", parse_url)(url or "")
            if parsed.get("db"):
                raise ValueError("a cluster has no other database than 0")
        else:
            make_client(url, settings.timeout, False, None)
    except Exception as error:
        hint = 'Give an address such as "redis://localhost:6379/0", the name of an entry of '
        hint += "CACHES, or None to count in the database."
        if sentinel is not None:
            hint = 'Give {"hosts": [("10.0.0.1", 26379), ...], "service": "mymaster"}.'
        return [Error(f"{name} is {value}: {error}", hint=hint, id="django_viewcount.E002")]
    return []
