from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

from django.contrib.contenttypes.models import ContentType
from django.db import models

from .targets import DEFAULT_COUNTER, target_of

if TYPE_CHECKING:
    from .models import DailyViews, ViewCount

_Row = TypeVar("_Row", "ViewCount", "DailyViews")


class CounterQuerySet(models.QuerySet[_Row]):
    """Reads that both counter tables share."""

    def for_model(
        self, model: type[models.Model], counter: str = DEFAULT_COUNTER
    ) -> CounterQuerySet[_Row]:
        """Counters of one model; a proxy counts with the model it stands for."""
        # Ids of content types differ between databases, so ask the one that will be read.
        content_type = ContentType.objects.db_manager(self.db).get_for_model(model)
        return self.filter(content_type_id=content_type.pk, counter=counter)

    def for_objects(
        self, objects: Iterable[models.Model], counter: str = DEFAULT_COUNTER
    ) -> CounterQuerySet[_Row]:
        """Counters of these objects, which must be of one model."""
        targets = [target_of(obj) for obj in objects]
        if not targets:
            return self.none()
        keys = [target.key for target in targets]
        return self.for_model(targets[0].model, counter).filter(object_id__in=keys)


class ViewCountQuerySet(CounterQuerySet["ViewCount"]):
    """Reads of the totals. Waiting views that no flush has moved yet are not in them."""

    def top(
        self, model: type[models.Model], counter: str = DEFAULT_COUNTER
    ) -> models.QuerySet[ViewCount]:
        """Counters of one model, most viewed first. Slice it; the index serves the order."""
        return self.for_model(model, counter).filter(views__gt=0).order_by("-views", "object_id")

    def totals(self, model: type[models.Model], keys: Sequence[str]) -> dict[str, int]:
        """Views by object id; an object never viewed is not in it. Costs one query."""
        rows = self.for_model(model).filter(object_id__in=keys)
        return dict(rows.values_list("object_id", "views"))
