from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q

from .exceptions import InvalidAction, UnsavedObject

_Action = TypeVar("_Action", bound=models.Model)


def older(created: datetime, pk: Any) -> Q:
    """The condition of what comes after this position in `newest_first` order."""
    # The first half says nothing new, but lets the database start in the index.
    return Q(created__lte=created) & (Q(created__lt=created) | Q(pk__lt=pk))


def newer(created: datetime, pk: Any) -> Q:
    """The condition of what comes before this position in `newest_first` order."""
    return Q(created__gte=created) & (Q(created__gt=created) | Q(pk__gt=pk))


def require_stored(item: Any) -> None:
    """Raise InvalidAction or UnsavedObject for what no action can point to."""
    if getattr(item, "pk", 0) is None:
        raise UnsavedObject(
            f"{item!r} is not saved, so no action can point to it. (None is the system; whoever is "
            "not signed in is nobody.)"
        )
    if not isinstance(item, models.Model):
        raise InvalidAction(f"Actions point to instances of models, and not to {item!r}.")


class ActionQuerySet(models.QuerySet[_Action]):
    """Reads of the action table; every stream is one of these, ordered by `newest_first`."""

    def by(self, actor: Any) -> ActionQuerySet[_Action]:
        """What one actor did; None is the system."""
        return self.filter(self.done_by(actor))

    def by_any(self, actors: Iterable[Any]) -> ActionQuerySet[_Action]:
        """What any of these actors did: a queryset or iterable of primary keys."""
        return self.filter(actor__in=actors)

    def at(self, target: models.Model) -> ActionQuerySet[_Action]:
        """What was done at one target."""
        return self.filter(self.pointing_at("target", target))

    def upon(self, action_object: models.Model) -> ActionQuerySet[_Action]:
        """What was done to one action object."""
        return self.filter(self.pointing_at("action_object", action_object))

    def public(self) -> ActionQuerySet[_Action]:
        return self.filter(public=True)

    def of_model(self, model: Any) -> ActionQuerySet[_Action]:
        """What was done to, or at, any object of this model."""
        if not isinstance(model, type) or not issubclass(model, models.Model):
            raise InvalidAction(f"Give the class of a model, and not {model!r}.")
        content_type = ContentType.objects.db_manager(self.db).get_for_model(model)
        return self.filter(
            Q(target_content_type=content_type) | Q(action_object_content_type=content_type)
        )

    def newest_first(self) -> ActionQuerySet[_Action]:
        """By time, then key: never tied, so that pages neither skip nor repeat a row."""
        return self.order_by("-created", "-pk")

    def oldest_first(self) -> ActionQuerySet[_Action]:
        """The other way round."""
        return self.order_by("created", "pk")

    def older_than(self, created: datetime, pk: Any) -> ActionQuerySet[_Action]:
        """Those after this position in `newest_first` order."""
        return self.filter(older(created, pk))

    def newer_than(self, created: datetime, pk: Any) -> ActionQuerySet[_Action]:
        """Those before this position in `newest_first` order."""
        return self.filter(newer(created, pk))

    def done_by(self, actor: Any) -> Q:
        """The condition that one actor, or None for the system, did it."""
        if actor is not None:
            require_stored(actor)
        # Somebody who was deleted is NULL, too, but has a label.
        return Q(actor=None, actor_label="") if actor is None else Q(actor=actor)

    def pointing_at(self, role: str, item: models.Model) -> Q:
        """The condition that `item` is the "target" or the "action_object"."""
        require_stored(item)
        content_type = ContentType.objects.db_manager(self.db).get_for_model(item)
        return Q(**{f"{role}_content_type": content_type, f"{role}_object_id": str(item.pk)})
