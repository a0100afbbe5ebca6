"""From what the caller gives to an action that fits its table, or a clear refusal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from django.conf import settings as project_settings
from django.contrib.contenttypes.models import ContentType, ContentTypeManager
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.timezone import is_aware

from . import verbs
from .conf import settings
from .exceptions import InvalidAction
from .managers import require_stored
from .models import LABEL_LENGTH, OBJECT_ID_LENGTH, VERB_LENGTH, AbstractAction


def build(
    model: Any,
    using: str,
    actor: models.Model | None,
    verb: str,
    target: models.Model | None = None,
    *,
    action_object: models.Model | None = None,
    data: Mapping[str, Any] | None = None,
    public: bool = True,
    created: datetime | None = None,
) -> tuple[AbstractAction, verbs.Verb]:
    """An unsaved action of `model`, enriched by the project, and its verb.

    See `api.log` for the parameters and what is raised. Costs no query once the content types are
    known.
    """
    fields: dict[str, Any] = {"verb": require_verb(verb), "public": _boolean(public)}
    if data is not None:
        fields["data"] = dict(_mapping(data))
    if created is not None:
        fields["created"] = _time(created)
    if actor is not None:
        require_actor(model, actor)
        fields |= {"actor": actor, "actor_label": _label(actor)}
    objects = {"action_object": action_object, "target": target}
    given = {role: item for role, item in objects.items() if item is not None}
    for role, item in given.items():
        fields |= {**pointer(role, item, using), f"{role}_label": _label(item)}
    action: AbstractAction = model(**fields)
    for role, item in given.items():
        # Straight into the field's cache: setting the attribute would look up the type once more.
        model._meta.get_field(role).set_cached_value(action, item)
    if settings.enrich is not None:
        settings.enrich(action)
        require_verb(action.verb), _mapping(action.data)
    if action.data:
        require_json(action.data)
    return action, verbs.require(action.verb, action.data)


def require_verb(verb: Any) -> str:
    """Raise InvalidAction unless this can be a verb; return it."""
    if not isinstance(verb, str) or not verb.strip() or len(verb) > VERB_LENGTH or "\x00" in verb:
        raise InvalidAction(f"The verb must be 1 to {VERB_LENGTH} characters, not {verb!r}.")
    return verb


def _mapping(data: Any) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise InvalidAction(f"The data must be a dict, not {data!r}.")
    return data


def _boolean(public: Any) -> bool:
    if not isinstance(public, bool):
        raise InvalidAction(f"An action is public or not: True or False, and not {public!r}.")
    return public


def _time(created: Any) -> datetime:
    if not isinstance(created, datetime) or is_aware(created) is not project_settings.USE_TZ:
        raise InvalidAction(
            "The time of an action must be a datetime, with a time zone exactly when USE_TZ is on, "
            f"not {created!r}."
        )
    return created


def require_actor(model: Any, actor: models.Model) -> None:
    """Raise UnsavedObject or InvalidAction unless an action of `model` could have this actor."""
    wanted = model._meta.get_field("actor").related_model
    require_stored(actor)
    if not isinstance(actor, wanted):
        raise InvalidAction(f"The actor must be a {wanted._meta.label}, not {actor!r}.")


def pointer(role: str, item: models.Model, using: str) -> dict[str, Any]:
    """The columns that point to the action object or the target.

    Raises UnsavedObject, or InvalidAction for something that is no model or has too long a key.
    """
    require_stored(item)
    key = str(item.pk)
    if len(key) > OBJECT_ID_LENGTH:
        raise InvalidAction(f"The key of {item!r} is over {OBJECT_ID_LENGTH} characters.")
    content_type = _content_types(using).get_for_model(item)
    return {f"{role}_content_type_id": content_type.pk, f"{role}_object_id": key}


@cache
def _content_types(using: str) -> ContentTypeManager:
    # To make one takes longer than what it is made for; all share one cache of content types.
    return ContentType.objects.db_manager(using)


def require_json(data: Any) -> None:
    """Raise InvalidAction unless every database can store this as JSON."""
    try:
        text = json.dumps(data, cls=DjangoJSONEncoder, allow_nan=False, ensure_ascii=False)
        text.encode()  # half of a character is none
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidAction(f"The data must be what JSON can hold: {error}.") from error
    # Without the escaped backslashes, so that what follows one is not taken for an escape.
    if "\\u0000" in text.replace("\\\\", ""):
        raise InvalidAction("The data holds a NUL character, which not every database can store.")


def _label(item: models.Model) -> str:
    # Without what no database can store: NUL, and halves of characters.
    text = str(item).replace("\x00", "")[:LABEL_LENGTH]
    return text.encode(errors="ignore").decode()
