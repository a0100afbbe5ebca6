from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models

from .backends import get_backend
from .exceptions import UnknownPeriod
from .targets import Target

PERIODS = ("all",)

# How many more than asked for are read, to make up for deleted objects and the queryset's filters.
SPARE = 500

_Object = TypeVar("_Object", bound=models.Model)


def most_viewed(
    queryset: models.QuerySet[_Object],
    period: str = "all",
    limit: int = 10,
    *,
    using: str | None = None,
) -> list[_Object]:
    """Return the most viewed objects of a queryset in rank order, with `.view_count` set.

    Objects with equal views come in the order of their keys; objects never viewed do not appear.
    Where more than 500 objects tie for the last places, the backend chooses which of them appear.
    Costs one round trip (database backend: one query) and two queries. A filter that leaves
    fewer than `limit` of the top makes it look up the views of all that the queryset holds.
    Raises UnknownPeriod.
    """
    if period not in PERIODS:
        raise UnknownPeriod(f"There is no ranking for {period!r}. Choose: {', '.join(PERIODS)}.")
    if limit < 1:
        return []
    queryset = queryset.order_by()
    model = queryset.model._meta.concrete_model or queryset.model
    ranking = get_backend().top(model, limit + SPARE, using)
    scores = scores_within(queryset, dict(ranking))
    if len(scores) < limit and len(ranking) == limit + SPARE:
        scores = scores_of_all(queryset, model, limit, using)
    best = top(scores.items(), limit)
    found = {obj.pk: obj for obj in queryset.filter(pk__in=[pk for pk, _ in best])}
    page = []
    for pk, views in best:
        if (obj := found.get(pk)) is not None:  # it may have gone since
            obj.view_count = views  # type: ignore[attr-defined]
            page.append(obj)
    return page


def scores_within(queryset: models.QuerySet[Any], ranking: Mapping[str, int]) -> dict[Any, int]:
    """The part of a ranking that is in the queryset, by primary key."""
    keys = [key for text in ranking if (key := parse_key(queryset.model, text)) is not None]
    alive = queryset.filter(pk__in=keys).values_list("pk", flat=True)
    return {pk: ranking[str(pk)] for pk in alive if str(pk) in ranking}


def scores_of_all(
    queryset: models.QuerySet[Any], model: type[models.Model], limit: int, using: str | None
) -> dict[Any, int]:
    """The best of the queryset, looked up object by object: for filters that few pass."""
    best: dict[Any, int] = {}
    keys = queryset.values_list("pk", flat=True).iterator()
    while chunk := {Target(model, str(pk)): pk for pk in islice(keys, SPARE)}:
        totals = get_backend().totals(chunk, using)
        best |= {chunk[target]: views for target, views in totals.items() if views}
        best = dict(top(best.items(), limit))
    return best


def top(scores: Iterable[tuple[Any, int]], limit: int) -> list[tuple[Any, int]]:
    return heapq.nsmallest(limit, scores, key=lambda pair: (-pair[1], pair[0]))


def parse_key(model: type[models.Model], text: str) -> Any:
    """A primary key from its text, or None if the model has no such keys (any more)."""
    try:
        return model._meta.pk.to_python(text)
    except (ValidationError, TypeError, ValueError):
        return None
