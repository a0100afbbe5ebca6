from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.utils import timezone

from .backends import get_backend
from .backends.base import Batch
from .models import FlushBatch
from .signals import views_flushed
from .storage import store
from .targets import write_alias

# Far longer than a batch can stay open: every flush first settles the ones that are.
KEEP_BATCHES = timedelta(days=7)


class Flushed(NamedTuple):
    """What a flush has moved into the database."""

    views: int = 0
    objects: int = 0
    batches: int = 0


def flush(*, using: str | None = None) -> Flushed:
    """Move waiting views into the database, each exactly once, and return how many.

    May be killed at any moment and may run twice at once: a batch is claimed under an id, the id
    is stored in the transaction that adds the views, and an open batch is taken up again by the
    next flush. Call it outside a transaction. Raises BackendUnavailable.
    """
    backend = get_backend()
    if not backend.supports_flush:
        return Flushed()
    alias = write_alias(using)
    moved = []
    for model in backend.waiting(alias):
        while batch := backend.claim(model, alias):
            if move(batch, alias):
                moved.append(batch.views)
            backend.release(batch, alias)
            if not batch.reopened:
                break
    expired = timezone.now() - KEEP_BATCHES
    FlushBatch.objects.using(alias).filter(created__lt=expired).delete()
    return Flushed(
        views=sum(sum(views.values()) for views in moved),
        objects=sum(len(views) for views in moved),
        batches=len(moved),
    )


def move(batch: Batch, alias: str) -> bool:
    """Add a batch to the database unless it is there already, and return whether it was new."""
    # Durable: releasing a batch whose transaction is then rolled back would lose it.
    with transaction.atomic(using=alias, durable=True):
        try:
            with transaction.atomic(using=alias):
                FlushBatch.objects.using(alias).create(pk=batch.id)
        except IntegrityError:
            return False
        store(batch.model, batch.views, batch.days, alias)
    views_flushed.send_robust(sender=batch.model, views=dict(batch.views), using=alias)
    return True
