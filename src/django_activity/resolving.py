from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models

from .conf import settings
from .models import AbstractAction

ROLES = ("action_object", "target")


def attach_objects(actions: Sequence[AbstractAction], using: str) -> None:
    """Set `action_object` and `target` of every action, in one query per type of object.

    What is gone becomes None: a deleted row, a type whose model was removed, a key that its
    model cannot read. Django's own prefetch raises on the latter two.

    Objects come from the database that the project's router or queryset names, else from `using`,
    where the actions are.
    """
    wanted: dict[int, set[str]] = defaultdict(set)
    for action in actions:
        for role in ROLES:
            type_id, key = _pointer(action, role)
            if type_id is not None and key is not None:
                wanted[type_id].add(key)
    found = {
        (type_id, key): item
        for type_id, keys in wanted.items()
        for key, item in _fetch(type_id, keys, actions[0], using)
    }
    for action in actions:
        for role in ROLES:
            # Straight into the field's cache: setting the attribute would also rewrite the key.
            field: Any = action._meta.get_field(role)
            field.set_cached_value(action, found.get(_pointer(action, role)))


def without_hidden(actions: list[Any]) -> list[Any]:
    """Those that may be shown without an object that is gone, see ACTIVITY_ON_TARGET_DELETE.

    The objects must have been attached. Costs no query.
    """
    if settings.on_target_delete == "keep":
        return actions
    return [action for action in actions if not any(_is_hidden(action, role) for role in ROLES)]


def read_keys(model: type[models.Model], keys: Iterable[str]) -> dict[Any, list[str]]:
    """Keys of objects of this model as it has them, each with how actions spell it.

    What cannot be a key of the model is left out. A UUID may be spelt in several ways.
    """
    readable: dict[Any, list[str]] = defaultdict(list)
    for key in keys:
        try:
            value = model._meta.pk.to_python(key)
            model._meta.pk.run_validators(value)  # a number beyond the column's range
            readable[value].append(key)
        except ValidationError:
            continue
    return readable


def _is_hidden(action: AbstractAction, role: str) -> bool:
    type_id, key = _pointer(action, role)
    if key is None or getattr(action, role) is not None:
        return False
    model = None
    if type_id is not None:
        content_type = ContentType.objects.db_manager(action._state.db).get_for_id(type_id)
        model = content_type.model_class()
    return settings.delete_policy("" if model is None else model._meta.label_lower) != "keep"


def _pointer(action: AbstractAction, role: str) -> tuple[Any, Any]:
    return getattr(action, f"{role}_content_type_id"), getattr(action, f"{role}_object_id")


def _fetch(
    type_id: int, keys: Iterable[str], action: AbstractAction, using: str
) -> Iterable[tuple[str, models.Model]]:
    """The objects of one type by the keys as the actions hold them; `action` is any of these."""
    try:
        content_type = ContentType.objects.db_manager(using).get_for_id(type_id)
    except ContentType.DoesNotExist:
        return []
    model = content_type.model_class()
    if model is None:
        return []
    readable = read_keys(model, keys)
    queryset = settings.queryset_for(model._meta.label_lower)
    if queryset is None:
        queryset = model._base_manager.all()
    items = queryset.filter(pk__in=readable)
    # As Django does for related objects: the router is told where they are pointed to from.
    items._add_hints(instance=action)
    return [(key, item) for item in items for key in readable.get(item.pk, ())]
