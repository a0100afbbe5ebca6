from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

from django.contrib.contenttypes.models import ContentType
from django.db import models

from .targets import DEFAULT_COUNTER, Kind, target_of

if TYPE_CHECKING:
    from .models import DailyViews, HourlyViews, ViewCount

_Row = TypeVar("_Row", "ViewCount", "DailyViews", "HourlyViews")


class CounterQuerySet(models.QuerySet[_Row]):
    """Reads that the counter tables share."""

    def for_kind(self, kind: Kind) -> CounterQuerySet[_Row]:
        """Counters of one kind; a proxy counts with the model it stands for."""
        # Ids of content types differ between databases, so ask the one that will be read.
        content_type = ContentType.objects.db_manager(self.db).get_for_model(kind.model)
        return self.filter(content_type_id=content_type.pk, counter=kind.counter)

    def for_objects(
        self, objects: Iterable[models.Model], counter: str = DEFAULT_COUNTER
    ) -> CounterQuerySet[_Row]:
        """Counters of these objects, which must be of one model."""
        targets = [target_of(obj, counter) for obj in objects]
        if not targets:
            return self.none()
        keys = [target.key for target in targets]
        return self.for_kind(targets[0].kind).filter(object_id__in=keys)


class ViewCountQuerySet(CounterQuerySet["ViewCount"]):
    """Reads of the totals. Waiting views that no flush has moved yet are not in them."""

    def top(self, kind: Kind) -> models.QuerySet[ViewCount]:
        """Counters of one kind, most viewed first. Slice it; the index serves the order."""
        return self.for_kind(kind).filter(views__gt=0).order_by("-views", "object_id")

    def totals(self, kind: Kind, keys: Sequence[str]) -> dict[str, int]:
        """Views by object id; an object never viewed is not in it. Costs one query."""
        return self._by_key(kind, keys, "views")

    def uniques(self, kind: Kind, keys: Sequence[str]) -> dict[str, int]:
        """The same for unique visitors: those of each day, added up."""
        return self._by_key(kind, keys, "uniques")

    def _by_key(self, kind: Kind, keys: Sequence[str], name: str) -> dict[str, int]:
        rows = self.for_kind(kind).filter(object_id__in=keys)
        return dict(rows.values_list("object_id", name))
