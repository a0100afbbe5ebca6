from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.utils import timezone

from .backends import get_backend
from .backends.base import BaseBackend, Batch, Part
from .milestones import passed
from .models import FlushBatch, ViewCount
from .signals import views_flushed, views_milestone_reached
from .storage import store
from .targets import write_alias

# Far longer than a batch can stay open: every flush first settles the ones that are.
KEEP_BATCHES = timedelta(days=7)


class Flushed(NamedTuple):
    """What a flush has moved into the database."""

    views: int = 0
    objects: int = 0
    batches: int = 0

    def plus(self, part: Part) -> Flushed:
        views = self.views + sum(part.totals.values())
        return Flushed(views, self.objects + len(part.totals), self.batches)


def flush(*, using: str | None = None) -> Flushed:
    """Move waiting views into the database, each exactly once, and return how many.

    May be killed at any moment and may run twice at once: a batch is claimed under an id, the id
    is stored in the transaction that adds the views, and an open batch is taken up again by the
    next flush. Reads a batch in parts, so its memory does not grow with the batch. Call it outside
    a transaction. Raises BackendUnavailable.
    """
    backend, alias = get_backend(), write_alias(using)
    if not backend.supports_flush:
        return Flushed()
    done = Flushed()
    for kind, shard in backend.waiting(alias):
        while batch := backend.claim(kind, shard, alias):
            moved = move(backend, batch, alias)
            if moved is not None:
                announce(backend, batch, alias)
            backend.release(batch, alias)
            if moved is not None:
                done = Flushed(
                    done.views + moved.views, done.objects + moved.objects, done.batches + 1
                )
            if not batch.reopened:
                break
    expired = timezone.now() - KEEP_BATCHES
    FlushBatch.objects.using(alias).filter(created__lt=expired).delete()
    return done


def move(backend: BaseBackend, batch: Batch, alias: str) -> Flushed | None:
    """Add a batch to the database and return what was in it, or None if it is there already."""
    done = Flushed()
    # Durable: releasing a batch whose transaction is then rolled back would lose it.
    with transaction.atomic(using=alias, durable=True):
        try:
            with transaction.atomic(using=alias):
                FlushBatch.objects.using(alias).create(pk=batch.id)
        except IntegrityError:
            return None
        for part in backend.parts(batch, alias):
            totals = store(batch.kind, part.totals, part.days, part.uniques, alias)
            backend.settle(batch, totals, alias)
            done = done.plus(part)
    return done


def announce(backend: BaseBackend, batch: Batch, alias: str) -> None:
    """Tell the project of views that are in the database now, if it listens."""
    model, counters = batch.kind.model, ViewCount.objects.using(alias)
    milestones = views_milestone_reached.has_listeners(model)
    if not milestones and not views_flushed.has_listeners(model):
        return
    for part in backend.parts(batch, alias):
        if not (added := part.totals):
            continue
        if milestones:
            passed(batch.kind, added, counters.totals(batch.kind, list(added)), alias)
        views_flushed.send_robust(
            sender=model, views=added, counter=batch.kind.counter, using=alias
        )
