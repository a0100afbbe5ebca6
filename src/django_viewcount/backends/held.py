"""Exact totals while flushes move views from Redis to the database.

Redis is read first, then the database in one statement that also tells which batches it holds.
Waiting views carry the id of the batch they will become, so those that were moved in between are
known as such and not counted twice; and none can be missed, since they leave Redis only after
the database has them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import models
from django.db.models import Exists, Value

from ..models import FlushBatch, ViewCount
from .fields import total_field
from .server import Keys


class Held(NamedTuple):
    """What one hash holds for the keys of interest."""

    batch_id: UUID | None
    views: dict[str, int]


NOTHING = Held(None, {})


def held_views(client: Any, wanted: Mapping[Keys, Sequence[str]]) -> dict[Keys, tuple[Held, Held]]:
    """Return what waits and what is being flushed, in one round trip for any number of models."""
    pipeline = client.pipeline(transaction=False)
    for names, keys in wanted.items():
        fields = ["", *map(total_field, keys)]
        # In this order: views that a claim moves in between are then seen twice, never missed.
        pipeline.hmget(names.pend, fields)
        pipeline.hmget(names.batch, fields)
    answers = iter(pipeline.execute())
    result = {}
    for names, keys in wanted.items():
        pend, batch = held(next(answers), keys), held(next(answers), keys)
        if pend.batch_id == batch.batch_id:
            pend = NOTHING
        result[names] = pend, batch
    return result


def held(values: Sequence[bytes | None], keys: Sequence[str]) -> Held:
    batch_id, *counts = values
    views = {key: int(count) for key, count in zip(keys, counts, strict=True) if count}
    return Held(UUID(batch_id.decode()) if batch_id else None, views)


def exact_totals(
    model: type[models.Model], keys: Sequence[str], parts: Sequence[Held], alias: str
) -> dict[str, int]:
    """Add `parts` to the database's totals, except those that it holds already.

    `alias` is where flushes write: a replica that is behind would miss what left Redis.
    """
    moved = {
        f"moved{number}": Exists(FlushBatch.objects.filter(pk=part.batch_id))
        if part.batch_id
        else Value(False)
        for number, part in enumerate(parts)
    }
    counters = ViewCount.objects.using(alias).for_model(model).filter(object_id__in=keys)
    rows = counters.annotate(**moved).values_list("object_id", "views", *moved)
    # An object without a row has no views in any batch that the database holds.
    result = {key: sum(part.views.get(key, 0) for part in parts) for key in keys}
    for key, views, *flags in rows:
        if key not in result:  # another spelling that this database takes for the same
            continue
        waiting = (
            part.views.get(key, 0) for part, flag in zip(parts, flags, strict=True) if not flag
        )
        result[key] = views + sum(waiting)
    return result
