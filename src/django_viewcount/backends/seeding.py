"""Rebuild a ranking that Redis does not have: at the start, or after losing its data."""

from __future__ import annotations

from itertools import islice
from uuid import uuid4

from django.db import models

from ..models import ViewCount
from ..storage import CHUNK
from ..targets import write_alias
from .server import Server, keys_of

PAGE_LIMIT = 1000
PAGE_INTERVAL = 10
UNFINISHED_LIFETIME = 3600


def seed_from_page(server: Server, model: type[models.Model], using: str | None) -> bool:
    """Rebuild a small ranking in passing; a large one is left to the next flush.

    Returns whether the ranking is complete now. One page per interval tries.
    """
    keys = keys_of(model, write_alias(using))
    with server.guarded():
        if not server.client.set(keys.seeding, 1, nx=True, ex=PAGE_INTERVAL):
            return False
    return seed(server, model, using, at_most=PAGE_LIMIT)


def seed(
    server: Server, model: type[models.Model], using: str | None, at_most: int | None = None
) -> bool:
    """Rebuild the ranking from the database and the views that wait.

    Returns whether it is complete now. A batch on its way, or one claimed meanwhile, may or may
    not be in what the database answers; then nothing is changed.
    """
    alias = write_alias(using)
    keys = keys_of(model, alias)
    with server.guarded():
        claims, batch = (
            server.client.pipeline(transaction=False).get(keys.claims).exists(keys.batch).execute()
        )
    if batch:
        return False
    counters = ViewCount.objects.using(alias).for_model(model).filter(views__gt=0)
    rows = counters.values_list("object_id", "views")
    if at_most is not None:
        rows = rows[: at_most + 1]
        if len(rows) > at_most:
            return False
    unfinished = f"{keys.rank}:{uuid4().hex}"
    members = rows.iterator(chunk_size=CHUNK) if at_most is None else iter(rows)
    with server.guarded():
        while chunk := dict(islice(members, CHUNK)):
            server.client.zadd(unfinished, chunk)
            server.client.expire(unfinished, UNFINISHED_LIFETIME)
        return bool(
            server.adopt(
                keys=[unfinished, keys.rank, keys.pend, keys.batch, keys.claims],
                args=[claims or b""],
            )
        )
