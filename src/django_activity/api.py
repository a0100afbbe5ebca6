from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, router, transaction

from .conf import settings
from .dedup import find_same, insert_unless_logged
from .exceptions import InvalidAction, UnsavedObject
from .models import LABEL_LENGTH, OBJECT_ID_LENGTH, VERB_LENGTH, AbstractAction, get_action_model
from .signals import action_logged

__all__ = ["alog", "log"]

DEDUP_ROUNDS = 3  # then the action is logged whatever stands in the way


def log(
    actor: models.Model | None,
    verb: str,
    target: models.Model | None = None,
    *,
    action_object: models.Model | None = None,
    data: dict[str, Any] | None = None,
    public: bool = True,
    created: datetime | None = None,
    dedup: float | None = None,
    using: str | None = None,
) -> tuple[AbstractAction, bool]:
    """Log that `actor` (None: the system) did `verb`, once within the de-duplication window.

    `data` is anything JSON holds, `created` back-dates, and `dedup` is the window in seconds
    instead of ACTIVITY_DEDUP_WINDOW (0: log every time). Actions are the same when actor, verb,
    action object and target are. Returns the action and whether it is new; a repeat returns the
    one already there. The row belongs to the caller's transaction, and `action_logged` is sent
    when that commits. The row is inserted by one statement of its own: `save()` and its signals
    are not involved.

    Raises UnsavedObject for something without a primary key, InvalidAction for an actor of another
    type, a verb that is empty or too long, data that is not JSON, or a key over 64 characters.
    Costs two statements (one without window, or on SQLite), a repeat one more. Equal actions
    logged by others wait for this transaction to end.
    """
    model = get_action_model()
    database = using or router.db_for_write(model)
    fields: dict[str, Any] = {"verb": _verb(verb), "data": _json(data), "public": public}
    if created is not None:
        fields["created"] = created
    fields |= _actor(actor)
    fields |= _object("action_object", action_object, database)
    fields |= _object("target", target, database)
    action: AbstractAction = model(**fields)
    window = settings.dedup_window if dedup is None else dedup
    with transaction.atomic(using=database):
        for _ in range(DEDUP_ROUNDS if window else 0):
            if insert_unless_logged(action, window, database):
                break
            logged = find_same(action, window, database)
            if logged is not None:
                return logged, False
            # Deleted between the two statements: it no longer stands in the way.
        else:
            action.save(using=database, force_insert=True)

        # Not a partial: when a hook raises, Django names it by an attribute that partials lack.
        def send_action_logged() -> None:
            action_logged.send_robust(sender=model, action=action, using=database)

        transaction.on_commit(send_action_logged, using=database, robust=True)
    return action, True


def _verb(verb: Any) -> str:
    if not isinstance(verb, str) or not verb or len(verb) > VERB_LENGTH or "\x00" in verb:
        raise InvalidAction(f"The verb must be 1 to {VERB_LENGTH} characters, not {verb!r}.")
    return verb


def _json(data: dict[str, Any] | None) -> dict[str, Any]:
    try:
        text = json.dumps(data, cls=DjangoJSONEncoder, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InvalidAction(f"The data must be what JSON can hold: {error}.") from error
    # Without the escaped backslashes, so that what follows one is not taken for an escape.
    if "\\u0000" in text.replace("\\\\", ""):
        raise InvalidAction("The data holds a NUL character, which not every database can store.")
    return {} if data is None else data


def _label(item: models.Model) -> str:
    return str(item).replace("\x00", "")[:LABEL_LENGTH]


def _actor(actor: models.Model | None) -> dict[str, Any]:
    if actor is None:
        return {}
    if getattr(actor, "pk", None) is None:
        raise UnsavedObject(
            f"{actor!r} is not saved, so it cannot be the actor; None is the system."
        )
    wanted = get_action_model()._meta.get_field("actor").related_model
    if not isinstance(actor, wanted):
        raise InvalidAction(f"The actor must be a {wanted._meta.label}, not {actor!r}.")
    return {"actor_id": actor.pk, "actor_label": _label(actor)}


def _object(role: str, item: models.Model | None, database: str) -> dict[str, Any]:
    if item is None:
        return {}
    if getattr(item, "pk", None) is None:
        raise UnsavedObject(f"{item!r} is not saved, so no action can point to it.")
    key = str(item.pk)
    if len(key) > OBJECT_ID_LENGTH:
        raise InvalidAction(f"The key of {item!r} is over {OBJECT_ID_LENGTH} characters.")
    return {
        f"{role}_content_type": ContentType.objects.db_manager(database).get_for_model(item),
        f"{role}_object_id": key,
        f"{role}_label": _label(item),
    }


alog = sync_to_async(log)
