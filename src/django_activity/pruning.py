"""Deleting what nobody will read again, while the site goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connections, models, router, transaction
from django.utils import timezone

from .managers import ActionQuerySet
from .models import DedupLock, get_action_model
from .pacing import paced
from .resolving import ROLES, read_keys
from .retracting import BATCH, delete

MAX_BATCH = 10_000
KEYS = 1000  # of objects that are looked for at once
GONE_AT_ONCE = 100  # each may have thousands of actions
LOCK_AGE = timedelta(days=1)  # any would do: the rows only serve writers of this moment


def prune(
    *,
    older_than: timedelta | None = None,
    verbs: Iterable[str] | None = None,
    orphans: bool = False,
    batch_size: int = BATCH,
    advance: Callable[[int], object] = lambda deleted: None,
    using: str | None = None,
) -> int:
    """Delete the actions that meet all conditions given, in batches that commit one by one.

    `older_than` is an age, `verbs` names the only verbs, and with `orphans` only those go whose
    target or action object is gone. The latter are looked for in the database that the router
    writes their model to; a type of a model that is not installed is left alone. Rows of DedupLock
    that are older than a day go too. `batch_size` is the number of rows per transaction, `advance`
    is called with the number of rows after each. It may run while the site writes, and again when
    it was interrupted.

    Returns how many actions are gone; `actions_retracted` is sent for each batch. Raises ValueError
    with neither an age nor `orphans`, or for a batch outside 1 to 10,000. Costs two statements per
    batch; with `orphans`, one more per content type and two per 1,000 objects that actions are
    about.
    """
    if batch_size not in range(1, MAX_BATCH + 1):
        raise ValueError(f"A batch has 1 to {MAX_BATCH} rows, not {batch_size!r}.")
    database = using or router.db_for_write(get_action_model())
    total, advance = 0, paced(advance, database)
    for part in prunable(older_than=older_than, verbs=verbs, orphans=orphans, using=database):
        total += delete(part, advance, batch_size=batch_size)
    prune_locks(batch_size=batch_size, using=database)
    return total


def prune_locks(*, batch_size: int = BATCH, using: str | None = None) -> int:
    """Delete rows of DedupLock that nobody has taken for a day. Only MySQL and MariaDB have any.

    Rows that a writer holds at this moment are passed over where the database can. Returns how many
    are gone. Costs two statements per batch.
    """
    database = using or router.db_for_write(get_action_model())
    can_skip = connections[database].features.has_select_for_update_skip_locked
    locks = DedupLock.objects.using(database)
    old = locks.filter(locked_at__lt=timezone.now() - LOCK_AGE).order_by("locked_at")
    total = 0
    while True:
        with transaction.atomic(using=database):
            found = old.select_for_update(skip_locked=can_skip).values_list("pk", flat=True)
            keys = list(found[:batch_size])
            if keys:
                locks.filter(pk__in=keys).delete()
        total += len(keys)
        if len(keys) < batch_size:
            return total


def prunable(
    *,
    older_than: timedelta | None,
    verbs: Iterable[str] | None,
    orphans: bool,
    using: str,
) -> Iterator[ActionQuerySet[Any]]:
    """The actions that `prune()` deletes, in parts. An action may be in two of them."""
    if older_than is None and not orphans:
        raise ValueError("Give an age, or prune orphans only: this would be every action there is.")
    actions: ActionQuerySet[Any] = ActionQuerySet(get_action_model(), using=using)
    if older_than is not None:
        actions = actions.filter(created__lt=timezone.now() - older_than)
    if verbs is not None:
        actions = actions.filter(verb__in=list(verbs))
    return _orphans(actions) if orphans else iter([actions])


def _orphans(actions: ActionQuerySet[Any]) -> Iterator[ActionQuerySet[Any]]:
    for role in ROLES:
        key = f"{role}_object_id"
        of_role = actions.filter(**{f"{key}__isnull": False})
        yield of_role.filter(**{f"{role}_content_type": None})  # the type itself was removed
        for content_type in ContentType.objects.using(actions.db).order_by("pk"):
            model = content_type.model_class()
            if model is None:
                continue
            of_type = of_role.filter(**{f"{role}_content_type": content_type})
            for keys in _batches(of_type, key):
                gone = sorted(set(keys) - _existing(model, keys, actions))
                for start in range(0, len(gone), GONE_AT_ONCE):
                    yield of_type.filter(**{f"{key}__in": gone[start : start + GONE_AT_ONCE]})


def _batches(of_type: ActionQuerySet[Any], name: str) -> Iterator[list[str]]:
    """The different keys, in the order of the index that begins with type and key."""
    keys = of_type.order_by(name).values_list(name, flat=True).distinct()
    batch = list(keys[:KEYS])
    while batch:
        yield batch
        batch = list(keys.filter(**{f"{name}__gt": batch[-1]})[:KEYS])


def _existing(model: type[models.Model], keys: list[str], actions: ActionQuerySet[Any]) -> set[str]:
    """Which of these keys there are objects of."""
    action = actions.model()
    action._state.db = actions.db
    # Where the project writes them: a replica that lags behind would lack the newest.
    database = router.db_for_write(model, instance=action)
    readable = read_keys(model, keys)
    there = model._base_manager.using(database).filter(pk__in=readable)
    return {key for pk in there.values_list("pk", flat=True) for key in readable.get(pk, ())}
