"""Reading what was counted, before and after it reaches the database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from ...clock import moment, site_day
from ...conf import settings
from ...exceptions import BackendUnavailable
from ...models import DailyViews, ViewCount
from ...outages import outages
from ...targets import Kind
from ..base import Day
from .held import AT_ONCE, Held, exact_days, exact_totals, held_calls, waiting
from .keys import Keys, day_member, keys_of, shard_of, total_member
from .lifetimes import VISITOR_DAYS
from .seeding import seed_from_page
from .server import Call, Server

Pair = tuple[str, date]


def shards_of(kind: Kind, keys: Sequence[str], alias: str) -> dict[Keys, list[str]]:
    """Objects by the keys of the shard that they are in."""
    shards = settings.shards
    found: dict[Keys, list[str]] = {}
    for key in keys:
        found.setdefault(keys_of(kind, shard_of(key, shards), alias), []).append(key)
    return found


def in_chunks(keys: Sequence[str], size: int) -> list[Sequence[str]]:
    return [keys[start : start + size] for start in range(0, len(keys), size)]


def totals(server: Server, kind: Kind, keys: Sequence[str], alias: str) -> dict[str, int]:
    """Views by key."""
    found: dict[str, int] = {}
    for chunk in in_chunks(keys, AT_ONCE):
        parts, _ = held_parts(server, kind, chunk, lambda key: [total_member(key)], alias)
        members = {key: total_member(key) for key in chunk}
        found |= exact_totals(kind, members, parts, alias)
    return found


def held_parts(
    server: Server,
    kind: Kind,
    keys: Sequence[str],
    members_of: Callable[[str], Sequence[str]],
    alias: str,
    more: Sequence[Call] = (),
) -> tuple[list[Held], list[Any]]:
    """What waits in Redis of these objects, and the answers to `more` calls, in one round trip.

    Nothing while Redis is away.
    """
    by_shard = {
        names: [member for key in found for member in members_of(key)]
        for names, found in shards_of(kind, keys, alias).items()
    }
    calls = [held_calls(names, members) for names, members in by_shard.items()]
    try:
        answers = iter(server.call_all([*(call for each in calls for call in each), *more]))
        found = []
        for names, members in by_shard.items():
            for chunk in in_chunks(members, AT_ONCE):
                found.append((names, waiting(answered(next(answers)), chunk)))
        rest = [answered(answer) for answer in answers]
        for names, part in found:
            if not part.ranked:
                seed_from_page(server, kind, names, alias)
    except BackendUnavailable as error:
        outages.report(error)
        found, rest = [], []
    return [part for _, shard in found for part in (shard.pend, shard.batch)], rest


def answered(answer: Any) -> Any:
    if isinstance(answer, Exception):
        raise BackendUnavailable(f"Redis: {answer}") from answer
    return answer


def days(
    server: Server, kind: Kind, keys: Sequence[str], wanted: Sequence[date], alias: str
) -> dict[tuple[str, date], Day]:
    """What was seen by key and day."""
    found: dict[tuple[str, date], Day] = {}
    if not wanted:
        return found
    for chunk in in_chunks(keys, max(AT_ONCE // len(wanted), 1)):
        members = {(key, day): day_member(key, day) for key in chunk for day in wanted}
        recent = [day for day in recent_days() if day in set(wanted)]
        pairs, calls = visitor_calls(kind, chunk, recent, alias)
        parts, answers = held_parts(
            server, kind, chunk, lambda key: [day_member(key, day) for day in wanted], alias, calls
        )
        visitors = by_pair(pairs, answers)
        stored = stored_uniques(kind, chunk, wanted, alias)
        for (key, day), views in exact_days(kind, members, parts, alias).items():
            uniques = max(visitors.get((key, day), 0), stored.get((key, day), 0))
            if views or uniques:
                found[key, day] = Day(views, uniques)
    return found


def recent_days() -> list[date]:
    """The days whose visitors Redis may still know better than the database."""
    today = site_day(moment()).toordinal()
    return [date.fromordinal(today - back) for back in range(VISITOR_DAYS, -1, -1)]


def stored_uniques(
    kind: Kind, keys: Sequence[str], wanted: Sequence[date], alias: str
) -> dict[tuple[str, date], int]:
    rows = DailyViews.objects.using(alias).for_kind(kind)
    rows = rows.filter(object_id__in=keys, day__in=wanted)
    return {
        (key, day): count for key, day, count in rows.values_list("object_id", "day", "uniques")
    }


def visitor_calls(
    kind: Kind, keys: Sequence[str], wanted: Sequence[date], alias: str
) -> tuple[list[list[Pair]], list[Call]]:
    """What to ask for the visitors by key and day: the pairs of each call, and the calls."""
    if not wanted:
        return [], []
    by_shard = {
        names: [(key, day) for key in found for day in wanted]
        for names, found in shards_of(kind, keys, alias).items()
    }
    calls: list[Call] = [
        ("visitors", [names.visitors(key, day.toordinal()) for key, day in pairs], [])
        for names, pairs in by_shard.items()
    ]
    return list(by_shard.values()), calls


def by_pair(pairs: Sequence[Sequence[Pair]], answers: Sequence[Any]) -> dict[Pair, int]:
    """The answers to `visitor_calls()`; there are none while Redis is away."""
    return {
        pair: count
        for of_shard, counts in zip(pairs, answers, strict=False)
        for pair, count in zip(of_shard, counts, strict=True)
    }


def uniques(server: Server, kind: Kind, keys: Sequence[str], alias: str) -> dict[str, int]:
    """Unique visitors by key: those of each day, added up.

    The database is asked for the sum and for its last days in one statement, so that a flush in
    between shows in both or in neither.
    """
    wanted = recent_days()
    pairs, calls = visitor_calls(kind, keys, wanted, alias)
    try:
        known = by_pair(pairs, [answered(answer) for answer in server.call_all(calls)])
    except BackendUnavailable as error:
        outages.report(error)
        known = {}
    content_type = ViewCount.objects.using(alias).for_kind(kind)
    days_of = DailyViews.objects.filter(
        content_type_id=OuterRef("content_type_id"),
        object_id=OuterRef("object_id"),
        counter=OuterRef("counter"),
    )
    stored = {
        f"day{i}": Coalesce(Subquery(days_of.filter(day=day).values("uniques")[:1]), Value(0))
        for i, day in enumerate(wanted)
    }
    rows = content_type.filter(object_id__in=keys).annotate(**stored)
    found = {key: sum(known.get((key, day), 0) for day in wanted) for key in keys}
    for key, total, *per_day in rows.values_list("object_id", "uniques", *stored):
        if key in found:
            more = (
                max(known.get((key, day), 0) - count, 0)
                for day, count in zip(wanted, per_day, strict=True)
            )
            found[key] = total + sum(more)
    return found


def hours(
    server: Server, kind: Kind, keys: Sequence[str], wanted: Sequence[int], alias: str
) -> dict[str, dict[int, int]]:
    """Views by key and hour, in one round trip; none while Redis is away."""
    by_shard = shards_of(kind, keys, alias)
    calls: list[tuple[Keys, int, list[str]]] = [
        (names, hour, found) for names, found in by_shard.items() for hour in wanted
    ]
    result: dict[str, dict[int, int]] = {key: {} for key in keys}
    try:
        answers = server.pipeline(
            lambda pipeline: [
                pipeline.execute_command("ZMSCORE", names.hour(hour), *found)
                for names, hour, found in calls
            ]
        )
        for (_, hour, found), answer in zip(calls, answers, strict=True):
            for key, score in zip(found, answered(answer), strict=True):
                if score:
                    result[key][hour] = int(float(score))
    except BackendUnavailable as error:
        outages.report(error)
    return result
