"""Questions to a server that only an operator has the time to ask."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from time import perf_counter, time
from typing import Any

from ...conf import settings
from ...exceptions import BackendUnavailable
from ...findings import ERROR, OK, WARNING, Finding
from . import batches
from .keys import flushed_key, keys_of
from .reading import answered
from .server import FAILURES, Server
from .sharing import shared_caches

PINGS = 20
LEAST_VERSION = (6, 2)
MUCH_SKEW = 5.0
FULL = 0.9
# Our keys that must not get lost have no end; these policies evict only keys that have one, those
# that would soon go anyway first.
SAFE_POLICIES = ("noeviction", "volatile-ttl")


def examine_redis(server: Server, alias: str, max_age: float) -> Iterator[Finding]:
    """Look at one server, each primary of a cluster, or the one that Sentinel names."""
    try:
        client = server.client
        nodes = _nodes(client)
        for name, node in nodes.items():
            yield _speed(name, node)
    except (*FAILURES, ValueError, OSError) as error:
        hint = "Pages render all the same; views are kept in each process as far as there is room."
        yield Finding("server", ERROR, f"Redis does not answer: {error}", hint)
        return
    for name, node in nodes.items():
        info = node.info()
        yield _version(name, info)
        yield _eviction(name, info)
        yield _memory(name, info)
        yield _persistence(name, info)
        yield _clock(name, node)
    yield _sharing()
    try:
        yield _functions(server, alias)
        yield from _flushing(server, alias, max_age)
    except BackendUnavailable as error:
        yield Finding("counting", ERROR, f"Redis cannot be counted in: {error}")


def _nodes(client: Any) -> dict[str, Any]:
    """A client for each server, by its address, which has no password in it."""
    if settings.redis_cluster and settings.redis_sentinel is None:
        primaries = client.get_primaries()
        return {node.name: client.get_redis_connection(node) for node in primaries}
    if settings.redis_sentinel is not None:
        host, port = client.connection_pool.get_master_address()
        return {f"{host}:{port}": client}
    kwargs = client.connection_pool.connection_kwargs
    place = kwargs.get("path") or f"{kwargs.get('host', 'localhost')}:{kwargs.get('port', 6379)}"
    return {f"{place}/{kwargs.get('db', 0) or 0}": client}


def _speed(name: str, node: Any) -> Finding:
    times = []
    for _ in range(PINGS):
        start = perf_counter()
        node.ping()
        times.append(perf_counter() - start)
    typical, worst = median(times[1:]), max(times[1:])
    text = f"{name} answers in {typical * 1000:.2f} ms, {worst * 1000:.2f} ms at worst."
    value = {"median": typical, "worst": worst}
    if worst > settings.timeout / 2:
        hint = f"VIEWCOUNT_TIMEOUT is {settings.timeout:g} s: slower answers are taken for none."
        return Finding("server", WARNING, text, hint, value)
    return Finding("server", OK, text, "", value)


def _version(name: str, info: dict[str, Any]) -> Finding:
    product = str(info.get("server_name", "redis")).capitalize()
    version = str(info.get("valkey_version") or info["redis_version"])
    text = f"{name} is {product} {version}."
    compatible = tuple(int(part) for part in str(info["redis_version"]).split(".")[:2])
    if compatible < LEAST_VERSION:
        return Finding("version", ERROR, text, "Redis 6.2 or Valkey 7.2 is needed.", version)
    return Finding("version", OK, text, "", version)


def _eviction(name: str, info: dict[str, Any]) -> Finding:
    policy = str(info["maxmemory_policy"])
    text = f"{name} has maxmemory-policy {policy}."
    if policy in SAFE_POLICIES:
        return Finding("eviction", OK, text, "", policy)
    hint = "Set it to noeviction, or volatile-ttl: "
    if policy.startswith("allkeys"):
        hint += "under this one, views that wait for a flush can be evicted."
        return Finding("eviction", ERROR, text, hint, policy)
    hint += "under this one, windows and cooldowns can be forgotten before their time."
    return Finding("eviction", WARNING, text, hint, policy)


def _memory(name: str, info: dict[str, Any]) -> Finding:
    used, limit = int(info["used_memory"]), int(info["maxmemory"])
    value = {"used": used, "limit": limit}
    if not limit:
        return Finding("memory", OK, f"{name} uses {_mib(used)}, without a limit.", "", value)
    text = f"{name} uses {_mib(used)} of {_mib(limit)}."
    if used > FULL * limit:
        hint = "A full server refuses to count. Raise maxmemory, or lower VIEWCOUNT_RANKING_SIZE."
        return Finding("memory", ERROR, text, hint, value)
    return Finding("memory", OK, text, "", value)


def _persistence(name: str, info: dict[str, Any]) -> Finding:
    log, snapshots = bool(info["aof_enabled"]), info.get("rdb_last_save_time")
    value = {"appendonly": log, "last_snapshot": snapshots}
    failed = [
        what
        for what in ("aof_last_write_status", "rdb_last_bgsave_status")
        if info.get(what, "ok") != "ok"
    ]
    if failed:
        text = f"{name} could not write to its disk ({', '.join(failed)})."
        return Finding("persistence", ERROR, text, "See its log.", value)
    if log:
        return Finding("persistence", OK, f"{name} logs what it does (appendonly).", "", value)
    hint = "A restart loses views since the last snapshot or flush: set appendonly yes."
    return Finding("persistence", WARNING, f"{name} has appendonly no.", hint, value)


def _clock(name: str, node: Any) -> Finding:
    before = time()
    seconds, microseconds = node.time()
    skew = seconds + microseconds / 1e6 - (before + time()) / 2
    text = f"The clock of {name} is {abs(skew):.1f} s {'ahead' if skew > 0 else 'behind'}."
    if abs(skew) > MUCH_SKEW:
        hint = "Views are booked by the clocks of the processes that count: synchronise them."
        return Finding("clock", WARNING, text, hint, skew)
    return Finding("clock", OK, text, "", skew)


def _sharing() -> Finding:
    aliases = shared_caches()
    if not aliases:
        return Finding("sharing", OK, "No entry of CACHES uses the same database.", "", [])
    text = f"The same database is used by CACHES[{', '.join(map(repr, aliases))}]."
    hint = "Clearing this cache deletes views that wait for a flush. Use another database."
    return Finding("sharing", ERROR, text, hint, aliases)


def _functions(server: Server, alias: str) -> Finding:
    server.call("visitors", [f"{settings.key_prefix}:{{doctor}}:nobody"], [])
    if server.scripts:
        hint = "It works; but scripts have to be sent again after a restart or a failover."
        return Finding("functions", OK, "No functions here: scripts are used.", hint, False)
    return Finding("functions", OK, "Functions can be called.", "", True)


def _flushing(server: Server, alias: str, max_age: float) -> Iterator[Finding]:
    waiting = batches.waiting(server, alias)
    names = [keys_of(kind, shard, alias) for kind, shard in waiting]

    def ask(pipeline: Any) -> None:
        for keys in names:
            pipeline.zcard(keys.pend)
            pipeline.exists(keys.batch)
        pipeline.get(flushed_key(alias))

    *answers, last = (answered(answer) for answer in server.pipeline(ask))
    numbers, batches_open = answers[::2], sum(answers[1::2])
    age = time() - int(last) if last else None
    value = {"numbers": sum(numbers), "flushed": age, "open": batches_open}
    text = f"{value['numbers']} numbers wait for a flush, of {len(names)} kinds of objects"
    if not names:
        yield Finding("flushing", OK, "Nothing waits for a flush.", "", value)
    elif age is None or age > max_age:
        hint = "Run viewcount_flush every minute, or with --every 60."
        yield Finding("flushing", WARNING, f"{text}; {_ago(age)}.", hint, value)
    else:
        yield Finding("flushing", OK, f"{text}; {_ago(age)}.", "", value)
    if batches_open:
        hint = "A flush is under way; or one was killed, and the next one goes on with it."
        yield Finding("batches", OK, f"{batches_open} batches are open.", hint, batches_open)


def _ago(seconds: float | None) -> str:
    return "there was no flush" if seconds is None else f"the last flush was {seconds:.0f} s ago"


def _mib(size: int) -> str:
    return f"{size / 2**20:.1f} MiB"
