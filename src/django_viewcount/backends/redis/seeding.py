"""Bring a ranking to Redis that it does not have: at the start, or after losing its data."""

from __future__ import annotations

from itertools import islice
from typing import Any
from uuid import uuid4

from ...conf import settings
from ...exceptions import BackendUnavailable
from ...models import ViewCount
from ...outages import outages
from ...targets import Kind
from .keys import Keys, shard_of
from .server import Server

PAGE_LIMIT = 1000
PAGE_INTERVAL = 10
UNFINISHED_LIFETIME = 3600
CHUNK = 1000


def seed_from_page(server: Server, kind: Kind, keys: Keys, alias: str) -> bool:
    """Rebuild a small ranking in passing; a large one is left to the next flush.

    Returns whether it can be trusted now. One page per interval tries.
    """
    try:
        (first,) = server.pipeline(lambda p: p.set(keys.seeding, 1, nx=True, ex=PAGE_INTERVAL))
        return first is True and seed(server, kind, keys, alias, at_most=PAGE_LIMIT)
    except BackendUnavailable as error:
        outages.report(error)
        return False


def seed(server: Server, kind: Kind, keys: Keys, alias: str, at_most: int | None = None) -> bool:
    """Rebuild the ranking from the best of the database and the views that wait.

    Returns whether it can be trusted now. A batch on its way, or one claimed meanwhile, may or may
    not be in what the database answers; then nothing is changed.
    """
    claims, batch = server.pipeline(lambda p: p.get(keys.claims).exists(keys.batch))
    if batch or isinstance(claims, Exception):
        return False
    rows = ViewCount.objects.using(alias).top(kind).values_list("object_id", "views")
    if at_most is not None:
        rows = rows[: at_most + 1]
        if len(rows) > at_most:
            return False
    best = iter(rows) if at_most is not None else rows.iterator(chunk_size=CHUNK)
    shards = settings.shards
    mine = ((key, views) for key, views in best if in_shard(keys, key, shards))
    kept = islice(mine, settings.ranking_size)
    unfinished = f"{keys.rank}:{uuid4().hex}"
    while chunk := dict(islice(kept, CHUNK)):
        add(server, unfinished, chunk)
    outside = next(mine, None)
    floor = "-inf" if outside is None else outside[1]
    names = [unfinished, keys.rank, keys.pend, keys.batch, keys.claims]
    return bool(server.call("adopt", names, [claims or b"", floor]))


def in_shard(keys: Keys, key: str, shards: int) -> bool:
    """Is an object in the shard of these keys?"""
    return shards == 1 or f":{shard_of(key, shards)}/{shards}}}:" in keys.start


def add(server: Server, name: str, chunk: dict[str, int]) -> None:
    def fill(pipeline: Any) -> None:
        pipeline.zadd(name, chunk)
        pipeline.expire(name, UNFINISHED_LIFETIME)

    for answer in server.pipeline(fill):
        if isinstance(answer, Exception):
            raise BackendUnavailable(f"Redis: {answer}") from answer
