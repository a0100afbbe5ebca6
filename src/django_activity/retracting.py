"""Taking actions back, for good, and renaming their verbs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.db import models, router, transaction

from .announcing import announce_retracted
from .managers import ActionQuerySet
from .models import StreamMarker, get_action_model
from .pacing import paced
from .transactions import retried
from .validation import pointer, require_actor, require_verb

BATCH = 1000


class _Anyone:
    def __repr__(self) -> str:
        return "ANYONE"


ANYONE: Final = _Anyone()
"""Instead of an actor: whoever it was, the system included."""


def retract(
    actor: models.Model | _Anyone | None,
    verb: str,
    target: models.Model | None = None,
    *,
    action_object: models.Model | None = None,
    using: str | None = None,
) -> int:
    """Delete every action that `log()` with these arguments has logged, whatever its time.

    `retract(ANYONE, "likes", picture)` takes back the likes of all. Returns how many actions are
    gone; `actions_retracted` is sent once that is committed. Raises UnsavedObject and InvalidAction
    like `log()`. Costs two statements per 1,000 actions; when there are none, one.
    """
    model = get_action_model()
    database = using or router.db_for_write(model)
    actions: ActionQuerySet[Any] = ActionQuerySet(model, using=database).filter(
        verb=require_verb(verb)
    )
    if actor is None:
        actions = actions.filter(actor=None, actor_label="")
    elif not isinstance(actor, _Anyone):
        require_actor(model, actor)
        actions = actions.filter(actor=actor.pk)
    for role, item in (("action_object", action_object), ("target", target)):
        if item is None:
            actions = actions.filter(**{f"{role}_object_id": None})
        else:
            actions = actions.filter(**pointer(role, item, database))
    return delete(actions)


def forget(actor: models.Model, *, using: str | None = None) -> int:
    """Delete what `actor` did, and their name in what others did to them; for erasure requests.

    Call it before the actor is deleted, since then their actions no longer lead to them. Actions of
    others that point to the actor stay, without the label. Returns how many actions are gone;
    `actions_retracted` is sent for them. Costs two statements per 1,000 actions, and four.
    """
    model = get_action_model()
    database = using or router.db_for_write(model)
    require_actor(model, actor)
    everything: ActionQuerySet[Any] = ActionQuerySet(model, using=database)
    with transaction.atomic(using=database):
        for role in ("action_object", "target"):
            there = everything.filter(**pointer(role, actor, database))
            there.exclude(**{f"{role}_label": ""}).update(**{f"{role}_label": ""})
        if isinstance(actor, StreamMarker._meta.get_field("user").related_model):
            StreamMarker.objects.using(database).filter(user=actor.pk).delete()
        return delete(everything.filter(actor=actor.pk))


def rename_verb(
    old: str,
    new: str,
    *,
    batch_size: int = BATCH,
    advance: Callable[[int], object] = lambda renamed: None,
    using: str | None = None,
) -> int:
    """Give actions with the verb `old` the verb `new`, in batches that commit one by one.

    It may run while the site writes, and again when it was interrupted; `advance` is called with
    the number of rows after each batch. Returns how many were renamed. Raises InvalidAction for a
    verb that is empty or too long. Costs two statements per batch, which read the table once.
    """
    require_verb(new)
    model = get_action_model()
    database = using or router.db_for_write(model)
    everything: ActionQuerySet[Any] = ActionQuerySet(model, using=database)
    left = everything.filter(verb=old).order_by("pk").values_list("pk", flat=True)
    renamed, advance = 0, paced(advance, database)
    keys = list(left[:batch_size]) if old != new else []
    while keys:
        changed = everything.filter(pk__in=keys, verb=old).update(verb=new)
        renamed += changed
        advance(changed)
        keys = list(left.filter(pk__gt=keys[-1])[:batch_size])
    return renamed


def delete(
    actions: ActionQuerySet[Any],
    advance: Callable[[int], object] = lambda deleted: None,
    *,
    batch_size: int | None = None,
) -> int:
    """Delete these actions, in batches that commit one by one; say so; return how many.

    Inside a transaction of the caller all of it is one. `advance` is called with the number of rows
    after each batch.
    """
    model, using = actions.model, actions.db
    size = batch_size or BATCH
    left, total = actions, 0

    def delete_some() -> list[Any]:
        # In the order of the index that found them, and locked, so that of two who delete the same
        # row only one says that it did.
        batch = left.newest_first().select_for_update().values_list("created", "pk")
        found = list(batch[:size])
        if found:
            keys = [key for _, key in found]
            ActionQuerySet(model, using=using).filter(pk__in=keys).delete()
            announce_retracted(model, keys, using)
        return found

    while True:
        found = retried(using, delete_some)
        total += len(found)
        advance(len(found))
        if len(found) < size:
            return total
        left = actions.older_than(*found[-1])
