"""Rankings: of all time, of the last hours or days, and by trend."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import nlargest
from typing import Any

from ...conf import settings
from ...exceptions import BackendUnavailable
from ...models import ViewCount
from ...outages import outages
from ...targets import Kind, Target
from ..base import Rank, Window
from ..database import ranking_of
from . import reading
from .keys import Keys, keys_of, shard_of
from .lifetimes import FROM_OLDER, epoch_of, weight
from .seeding import seed_from_page
from .server import Call, Server


def shards(kind: Kind, alias: str) -> list[Keys]:
    return [keys_of(kind, shard, alias) for shard in range(settings.shards)]


def top(
    server: Server, kind: Kind, window: Window, limit: int, alias: str
) -> list[tuple[str, float]]:
    """The best of each shard hold the best of all. Costs one round trip."""
    try:
        if window.unit == "all":
            found = _top_of_all(server, kind, limit, alias)
        elif window.unit == "trending":
            found = _trending(server, kind, window, limit, alias)
        else:
            found = []
            calls = [union(keys, window, "best", [limit]) for keys in shards(kind, alias)]
            for answer in server.call_all(calls):
                found += pairs(reading.answered(answer))
    except BackendUnavailable as error:
        outages.report(error)
        found = from_days(kind, window, limit, alias)
    if found is None:
        found = from_database(server, kind, limit, alias)
    return nlargest(limit, found, key=lambda pair: pair[1])


def from_days(kind: Kind, window: Window, limit: int, alias: str) -> list[tuple[str, float]] | None:
    """What the database knows without Redis: of days, and of all time, which None stands for."""
    if window.unit == "all":
        return None
    if window.unit != "days":
        return []
    ranking = ranking_of(kind, window, alias).order_by("-score", "object_id")
    return list(ranking.values_list("object_id", "score")[:limit])


def from_database(server: Server, kind: Kind, limit: int, alias: str) -> list[tuple[str, float]]:
    """The best that the database knows, with the views of them that wait."""
    rows = ViewCount.objects.using(alias).top(kind).values_list("object_id", flat=True)
    return list(reading.totals(server, kind, list(rows[:limit]), alias).items())


def _top_of_all(
    server: Server, kind: Kind, limit: int, alias: str, again: bool = True
) -> list[tuple[str, float]] | None:
    """None where a shard has no ranking that can be trusted to hold so many."""
    names = shards(kind, alias)

    def ask(pipeline: Any) -> None:
        for keys in names:
            pipeline.zscore(keys.rank, "")
            pipeline.zrange(keys.rank, 0, limit, desc=True, withscores=True)

    answers = [reading.answered(answer) for answer in server.pipeline(ask)]
    found: list[tuple[str, float]] = []
    for keys, mark, members in zip(names, answers[::2], answers[1::2], strict=True):
        if mark is None:
            if again and seed_from_page(server, kind, keys, alias):
                return _top_of_all(server, kind, limit, alias, again=len(names) > 1)
            return None
        best = [(key.decode(), score) for key, score in members if key][:limit]
        if len(best) < limit and mark != float("-inf"):
            return None  # the rest was cut off
        found += best
    return found


def _trending(
    server: Server, kind: Kind, window: Window, limit: int, alias: str
) -> list[tuple[str, float]]:
    half_life, names = settings.half_life, shards(kind, alias)
    epoch = epoch_of(window.end, half_life)

    def ask(pipeline: Any) -> None:
        for keys in names:
            for e in (epoch, epoch - 1):
                key = keys.trend(half_life, e)
                pipeline.zrange(key, 0, limit - 1, desc=True, withscores=True)

    answers = [reading.answered(answer) for answer in server.pipeline(ask)]
    unit = weight(window.end, epoch, half_life)
    found = []
    for current, older in zip(answers[::2], answers[1::2], strict=True):
        # Nothing was viewed yet since the trend was to begin anew.
        scale = 1 / unit if current else FROM_OLDER / unit
        found += [(key.decode(), score * scale) for key, score in current or older]
    return found


def scores(
    server: Server, kind: Kind, window: Window, keys: Sequence[str], alias: str
) -> dict[str, float]:
    """The scores of these objects. Costs one round trip; none are known while Redis is away."""
    by_shard = reading.shards_of(kind, keys, alias)
    half_life, unit = settings.half_life, 1.0
    try:
        if window.unit == "trending":
            epoch = epoch_of(window.end, half_life)
            unit = weight(window.end, epoch, half_life)
            answers = server.pipeline(
                lambda pipeline: [
                    pipeline.execute_command("ZMSCORE", names.trend(half_life, epoch), *found)
                    for names, found in by_shard.items()
                ]
            )
        else:
            answers = server.call_all(
                [union(names, window, "scores", found) for names, found in by_shard.items()]
            )
        return {
            key: float(score) / unit
            for found, per_shard in zip(by_shard.values(), answers, strict=True)
            for key, score in zip(found, reading.answered(per_shard), strict=True)
            if score
        }
    except BackendUnavailable as error:
        outages.report(error)
        return {}


def rank(server: Server, target: Target, window: Window, alias: str) -> Rank:
    """The place of an object: how many of its kind have more, and one."""
    kind = target.kind
    if window.unit == "all":
        return _rank_of_all(server, target, alias)
    score = scores(server, kind, window, [target.key], alias).get(target.key, 0)
    try:
        if window.unit == "trending":
            epoch = epoch_of(window.end, settings.half_life)
            score *= weight(window.end, epoch, settings.half_life)
            names = [keys.trend(settings.half_life, epoch) for keys in shards(kind, alias)]
            answers = _counts(server, names, score)
        else:
            calls = [union(keys, window, "above", [score]) for keys in shards(kind, alias)]
            answers = [reading.answered(answer) for answer in server.call_all(calls)]
    except BackendUnavailable as error:
        outages.report(error)
        return Rank(None, 0)
    more, of = (sum(numbers) for numbers in zip(*answers, strict=True))
    return Rank(more + 1 if score else None, of)


def _rank_of_all(server: Server, target: Target, alias: str, again: bool = True) -> Rank:
    names = shards(target.kind, alias)
    own = names[shard_of(target.key, len(names))].rank
    try:
        marks = server.pipeline(
            lambda p: [p.zscore(own, target.key), *(p.zscore(keys.rank, "") for keys in names)]
        )
        score, *floors = (reading.answered(mark) for mark in marks)
        if all(floor == float("-inf") for floor in floors):
            answers = _counts(server, [keys.rank for keys in names], score or 0)
            more, of = (sum(numbers) for numbers in zip(*answers, strict=True))
            return Rank(more + 1 if score else None, of - len(names))
        lost = [keys for keys, floor in zip(names, floors, strict=True) if floor is None]
        seeded = (
            [seed_from_page(server, target.kind, keys, alias) for keys in lost] if again else []
        )
        if any(seeded):
            return _rank_of_all(server, target, alias, again=False)
    except BackendUnavailable as error:
        outages.report(error)
    views = reading.totals(server, target.kind, [target.key], alias)[target.key]
    rows = ViewCount.objects.using(alias).top(target.kind)
    more, of = rows.filter(views__gt=views).count(), rows.count()
    # What no flush has moved yet is not among the rows.
    return Rank(more + 1, max(of, more + 1)) if views else Rank(None, of)


def _counts(server: Server, names: Sequence[str], score: float) -> list[tuple[int, int]]:
    def ask(pipeline: Any) -> None:
        for name in names:
            pipeline.zcount(name, f"({score!r}", "+inf")
            pipeline.zcard(name)

    answers = [reading.answered(answer) for answer in server.pipeline(ask)]
    return list(zip(answers[::2], answers[1::2], strict=True))


def union(keys: Keys, window: Window, name: str, args: Sequence[Any]) -> Call:
    """Call a function on the union of hours or days."""
    one = keys.hour if window.unit == "hours" else keys.day
    united = [one(number) for number in range(window.start, window.end + 1)]
    return name, [keys.union(*window), *united], [settings.ranking_max_age, *args]


def pairs(answer: Sequence[bytes]) -> list[tuple[str, float]]:
    """Members and scores, from the flat list that a function answers."""
    return [
        (key.decode(), float(score)) for key, score in zip(answer[::2], answer[1::2], strict=True)
    ]
