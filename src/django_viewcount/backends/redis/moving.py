"""Forgetting an object, and moving what Redis keeps of it to another, outside of the totals."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from ...conf import settings
from ...models import ViewCount
from ...targets import Target
from .keys import Keys, day_member, keys_of, shard_of, total_member
from .lifetimes import (
    DAYS,
    EPOCH_DAY,
    HOURS,
    VISITOR_DAYS,
    day_end,
    epoch_of,
    hour_end,
    this_hour,
    trend_end,
    visitors_end,
)
from .server import Call, Server

AT_ONCE = 200


def forget(server: Server, targets: Collection[Target], alias: str) -> None:
    """Drop targets from what waits and from the rankings, with their visitors."""
    calls = []
    for target in targets:
        keys = keys_of(target.kind, shard_of(target.key, settings.shards), alias)
        sets, visitors = rankings(keys), visitors_of(keys, target.key)
        today = this_hour() // 24 + EPOCH_DAY
        waiting = [
            day_member(target.key, date.fromordinal(today - back))
            for back in range(-1, VISITOR_DAYS)
        ]
        names = [keys.pend, keys.rank, *sets, *visitors]
        members = [total_member(target.key), *waiting]
        calls.append(("take", names, [target.key, len(sets) + 1, *members]))
    for start in range(0, len(calls), AT_ONCE):
        server.call_all(calls[start : start + AT_ONCE])


def merge(server: Server, source: Target, into: Target, alias: str) -> None:
    """Move the rankings of windows and the visitors; the ranking of all time learns the total."""
    old = keys_of(source.kind, shard_of(source.key, settings.shards), alias)
    new = keys_of(into.kind, shard_of(into.key, settings.shards), alias)
    olds, news = rankings(old), rankings(new)
    old_visitors, new_visitors = visitors_of(old, source.key), visitors_of(new, into.key)
    names = [old.pend, old.rank, *olds, *old_visitors]
    _, *taken = server.call("take", names, [source.key, len(olds) + 1])
    moved = [part if part is not None else b"" for part in taken]
    ends = [*news.values(), *new_visitors.values()]
    totals = ViewCount.objects.using(alias).totals(into.kind, [into.key])
    calls: list[Call] = [
        (
            "blend",
            [f"{new.start}blend", *news, *new_visitors],
            [
                into.key,
                len(news),
                *(part for pair in zip(moved, ends, strict=True) for part in pair),
            ],
        ),
        ("raise", [new.rank, new.pend], [into.key, totals.get(into.key, 0)]),
    ]
    server.call_all(calls)


def rankings(keys: Keys) -> dict[str, int]:
    """The rankings that views are counted in now, but that of all time, with their ends."""
    now, half_life = this_hour(), settings.half_life
    today, epoch = now // 24 + EPOCH_DAY, epoch_of(now, half_life)
    trends = {keys.trend(half_life, e): trend_end(e, half_life) for e in (epoch, epoch - 1)}
    hours = {keys.hour(hour): hour_end(hour) for hour in range(now - HOURS, now + 1)}
    days = {keys.day(day): day_end(day) for day in range(today - DAYS, today + 2)}
    return trends | hours | days


def visitors_of(keys: Keys, key: str) -> dict[str, int]:
    """The visitors of an object by day, with their ends."""
    today = this_hour() // 24 + EPOCH_DAY
    days = range(today - VISITOR_DAYS, today + 2)
    return {keys.visitors(key, day): visitors_end(day) for day in days}
