"""What waits for a flush, read in parts, and let go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from time import time
from typing import Any

from django.apps import apps

from ...clock import moment, site_day
from ...conf import settings
from ...targets import DEFAULT_COUNTER, ROBOT_COUNTER, Kind
from ..base import Batch, Part
from .keys import flushed_key, keys_of, parse_member
from .lifetimes import VISITOR_DAYS, epoch_of, this_hour
from .reading import answered
from .seeding import seed
from .server import Server

PART = 4000


def waiting(server: Server, alias: str, *, flush: bool = False) -> list[tuple[Kind, int]]:
    """The kinds and shards that have something to flush; notes a flush. Costs one round trip."""
    counters = dict.fromkeys((DEFAULT_COUNTER, ROBOT_COUNTER, *settings.counters))
    kinds = [
        (Kind(model, counter), shard)
        for model in apps.get_models()
        if not model._meta.proxy
        for counter in counters
        for shard in range(settings.shards)
    ]
    names = [keys_of(kind, shard, alias) for kind, shard in kinds]

    def ask(pipeline: Any) -> None:
        for keys in names:
            pipeline.exists(keys.pend, keys.batch)
        if flush:
            pipeline.set(flushed_key(alias), int(time()))

    found = server.pipeline(ask)[: len(names)]
    return [kind for kind, number in zip(kinds, found, strict=True) if answered(number)]


def parts(server: Server, batch: Batch, alias: str) -> Iterator[Part]:
    """Read a batch by the places in its sorted set, which nobody changes any more.

    Costs two round trips per part of 4,000 numbers.
    """
    keys, start = keys_of(batch.kind, batch.shard, alias), 0
    today = site_day(moment()).toordinal()
    while True:
        members = answered(server.pipeline(partial(read, keys.batch, start))[0])
        if not members:
            return
        totals: dict[str, int] = {}
        by_day: dict[tuple[str, date], int] = {}
        for member, score in members:
            key, day = parse_member(member)
            if day is None:
                totals[key] = int(score)
            else:
                by_day[key, day] = int(score)
        fresh = [pair for pair in by_day if today - pair[1].toordinal() <= VISITOR_DAYS]
        names = [keys.visitors(key, day.toordinal()) for key, day in fresh]
        counts = server.call("visitors", names, []) if names else []
        yield Part(totals, by_day, dict(zip(fresh, counts, strict=True)))
        start += PART


def read(name: str, start: int, pipeline: Any) -> None:
    pipeline.zrange(name, start, start + PART - 1, withscores=True)


def release(server: Server, batch: Batch, alias: str) -> None:
    """Let a batch go, cut the rankings to their size, and rebuild the one that was lost."""
    keys = keys_of(batch.kind, batch.shard, alias)
    server.call("release", [keys.batch, keys.batch_id], [batch.id.hex])
    if batch.kind.counter == ROBOT_COUNTER:
        return
    now, today, half_life = this_hour(), site_day(moment()).toordinal(), settings.half_life
    sets = [keys.rank, keys.trend(half_life, epoch_of(now, half_life))]
    sets += [keys.hour(now), keys.hour(now - 1), keys.day(today), keys.day(today - 1)]
    server.call("trim", sets, [settings.ranking_size])
    if not answered(server.pipeline(lambda p: p.zscore(keys.rank, ""))[0]):
        seed(server, batch.kind, keys, alias)
