"""Exact totals while flushes move views from Redis to the database.

Redis is read first, then the database in one statement that also tells which batches it holds.
Waiting views carry the id of the batch they will become, so those that were moved in between are
known as such and not counted twice; and none can be missed, since they leave Redis only after
the database has them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, Value

from ...models import DailyViews, FlushBatch, ViewCount
from ...targets import Kind
from .keys import Keys
from .server import Call

# Redis hands no more arguments than this to a command of a script.
AT_ONCE = 5000


class Held(NamedTuple):
    """What one set holds for the members of interest."""

    batch_id: UUID | None
    views: dict[str, int]


class Waiting(NamedTuple):
    """What one shard holds for the members of interest."""

    pend: Held
    batch: Held
    ranked: bool
    """Can the ranking of this shard be trusted?"""


def held_calls(keys: Keys, members: Sequence[str]) -> list[Call]:
    names = [keys.pend, keys.pend_id, keys.batch, keys.batch_id, keys.rank]
    return [
        ("held", names, members[start : start + AT_ONCE])
        for start in range(0, len(members), AT_ONCE)
    ]


def waiting(answer: Sequence[Any], members: Sequence[str]) -> Waiting:
    pend_id, batch_id, ranked, *scores = answer
    pend, batch = (
        Held(
            UUID(batch.decode()) if batch else None,
            {
                member: int(float(score))
                for member, score in zip(members, found, strict=True)
                if score
            },
        )
        for batch, found in zip((pend_id, batch_id), scores, strict=True)
    )
    return Waiting(pend, batch, bool(ranked))


def moved_flags(parts: Sequence[Held]) -> dict[str, Any]:
    """Annotations that tell which of the parts the database holds."""
    return {
        f"moved{number}": Exists(FlushBatch.objects.filter(pk=part.batch_id))
        if part.batch_id
        else Value(False)
        for number, part in enumerate(parts)
    }


def exact_totals(
    kind: Kind, members: Mapping[str, str], parts: Sequence[Held], alias: str
) -> dict[str, int]:
    """Add `parts` to the database's totals, except those that it holds already; by key.

    `members` are the names in the parts by key. `alias` is where flushes write: a replica that is
    behind would miss what left Redis.
    """
    flags = moved_flags(parts)
    counters = ViewCount.objects.using(alias).for_kind(kind).filter(object_id__in=members)
    rows = counters.annotate(**flags).values_list("object_id", "views", *flags)
    return _added(members, parts, rows, 1)


def exact_days(
    kind: Kind, members: Mapping[tuple[str, date], str], parts: Sequence[Held], alias: str
) -> dict[tuple[str, date], int]:
    """The same for views by key and day."""
    flags = moved_flags(parts)
    counters = DailyViews.objects.using(alias).for_kind(kind)
    counters = counters.filter(
        object_id__in={key for key, _ in members}, day__in={day for _, day in members}
    )
    rows = counters.annotate(**flags).values_list("object_id", "day", "views", *flags)
    return _added(members, parts, rows, 2)


def _added(
    members: Mapping[Any, str], parts: Sequence[Held], rows: Any, width: int
) -> dict[Any, int]:
    # What has no row is in no batch that the database holds.
    result = {
        key: sum(part.views.get(member, 0) for part in parts) for key, member in members.items()
    }
    for row in rows:
        key = row[0] if width == 1 else tuple(row[:width])
        if key not in result:  # another spelling that this database takes for the same
            continue
        views, *flags = row[width:]
        result[key] = views + sum(
            part.views.get(members[key], 0)
            for part, moved in zip(parts, flags, strict=True)
            if not moved
        )
    return result
