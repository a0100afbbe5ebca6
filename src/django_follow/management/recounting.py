"""Counts compared with edges, and set right, while the site goes on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models

from django_follow import counting
from django_follow.edges import AbstractFollow, edge_models
from django_follow.models import FollowCount
from django_follow.transactions import retried


def counted() -> Iterator[tuple[type[AbstractFollow], type[models.Model], Any]]:
    """Edge models that are counted, with each table of counts and the model of its nodes."""
    for edge, _ in edge_models():
        nodes: dict[type[models.Model], Any] = {
            counter.model: edge._meta.get_field(counter.end).related_model
            for counter in counting.counters(edge)
        }
        for table, node in nodes.items():
            yield edge, table, node._meta.concrete_model


def batches(nodes: models.QuerySet[Any]) -> Iterator[list[Any]]:
    """Keys of all nodes in their order; each batch is a query of its own, as fast as the first."""
    keys = nodes.order_by("pk").values_list("pk", flat=True)
    batch = list(keys[: counting.BATCH])
    while batch:
        yield batch
        batch = list(keys.filter(pk__gt=batch[-1])[: counting.BATCH])


def verify(
    edge: type[AbstractFollow],
    table: type[models.Model],
    keys: list[Any],
    using: str,
    *,
    repair: bool,
) -> dict[Any, dict[str, tuple[int, int]]]:
    """Find the wrong counts of these nodes, and set them right.

    The first look takes no locks, and so may see a count before a change and its edges after it.
    What then looks wrong is looked at again, with the counts locked, in a transaction of its own.
    """
    suspects = list(counting.recount(edge, keys, using, repair=False, table=table))
    if not suspects:
        return {}
    if repair and table is FollowCount:
        retried(using, lambda: add_rows(suspects, using))

    def look_again() -> dict[Any, dict[str, tuple[int, int]]]:
        # Before anything is read: what MySQL then shows is what there is once the wait is over.
        counting.lock(models.QuerySet(table, using=using).filter(pk__in=suspects))
        return counting.recount(edge, suspects, using, repair=repair, table=table)

    return retried(using, look_again)


def add_rows(users: list[Any], using: str) -> None:
    """Only a count that is there can be locked against those who count at this moment."""
    nodes: models.QuerySet[Any] = models.QuerySet(get_user_model(), using=using)
    nothing: dict[Any, dict[str, int]] = {
        key: {} for key in counting.lock(nodes.filter(pk__in=users))
    }
    if nothing:
        counting.upsert(FollowCount, nothing, using)
