from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from .models import AbstractFollow

_Edge = TypeVar("_Edge", bound="AbstractFollow")


class FollowQuerySet(models.QuerySet[_Edge]):
    """Reads of an edge table. Ends may be given as instances or primary keys."""

    def of(self, follower: Any) -> FollowQuerySet[_Edge]:
        """Edges that start at `follower`: whom they follow."""
        return self.filter(**{self.model.follower_field: follower})

    def to(self, followee: Any) -> FollowQuerySet[_Edge]:
        """Edges that end at `followee`: who follows it."""
        return self.filter(**{self.model.followee_field: followee})

    def to_any(self, followees: Iterable[Any]) -> FollowQuerySet[_Edge]:
        """Edges that end at any of `followees`."""
        return self.filter(**{f"{self.model.followee_field}__in": list(followees)})

    def between(self, one: Any, others: Iterable[Any]) -> FollowQuerySet[_Edge]:
        """Edges in either direction between `one` and any of `others`."""
        others = list(others)
        start, end = self.model.follower_field, self.model.followee_field
        return self.filter(
            Q(**{start: one, f"{end}__in": others}) | Q(**{end: one, f"{start}__in": others})
        )

    def newest_first(self) -> FollowQuerySet[_Edge]:
        """By key, so that the order is that of the index and never ties."""
        return self.order_by("-pk")
