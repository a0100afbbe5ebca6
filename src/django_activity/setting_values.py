"""Whether the app could use the value of a setting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error
from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured
from django.utils.module_loading import import_string

from .models import get_action_model
from .windows import WINDOW_HINT, is_window

POLICIES = ("keep", "hide", "cascade")
POLICY_HINT = 'Give "keep", "hide" or "cascade", or a dict from models to these.'


def check_window(name: str, window: Any) -> list[CheckMessage]:
    if is_window(window):
        return []
    return [Error(f"{name} is {window!r}.", hint=WINDOW_HINT, id="django_activity.E001")]


def check_path(name: str, path: Any) -> list[CheckMessage]:
    try:
        found = import_string(path) if isinstance(path, str) else path
    except ImportError as error:
        found, reason = None, str(error)
    else:
        reason = f"{path!r} cannot be called."
    if path is None or callable(found):
        return []
    hint = "Give a callable or the dotted path of one."
    return [Error(f"{name}: {reason}", hint=hint, id="django_activity.E002")]


def check_prefetch(prefetch: Any) -> list[CheckMessage]:
    if not isinstance(prefetch, Mapping):
        texts = [f"ACTIVITY_PREFETCH is {prefetch!r}, which is not a dict."]
    else:
        texts = list(_no_models("ACTIVITY_PREFETCH has the key", prefetch))
    hint = "Give a dict from 'app_label.model_name' to a callable or the dotted path of one."
    messages: list[CheckMessage] = [
        Error(text, hint=hint, id="django_activity.E004") for text in texts
    ]
    if isinstance(prefetch, Mapping):
        for key, path in prefetch.items():
            messages += check_path(f"ACTIVITY_PREFETCH[{key!r}]", path)
    return messages


def check_relations(names: Any) -> list[CheckMessage]:
    if not isinstance(names, (list, tuple)) or not all(isinstance(name, str) for name in names):
        texts = [f"ACTIVITY_ACTOR_SELECT_RELATED is {names!r}, which is not a list of names."]
    else:
        texts = [
            f"ACTIVITY_ACTOR_SELECT_RELATED has {name!r}, which is no relation to one object."
            for name in names
            if not _leads_on(name)
        ]
    hint = "Give the names of relations of the actor, such as ('profile',)."
    return [Error(text, hint=hint, id="django_activity.E005") for text in texts]


def _leads_on(path: str) -> bool:
    """Does `select_related()` take this path from the actor?"""
    try:
        model = get_action_model()._meta.get_field("actor").related_model
    except (FieldDoesNotExist, ImproperlyConfigured):
        return True  # another check says so
    for name in path.split("__"):
        related: dict[str, Any] = {
            field.get_accessor_name() or "" if field.auto_created else field.name: field
            for field in model._meta.get_fields()
            if field.is_relation and (field.many_to_one or field.one_to_one)
        }
        if name not in related:
            return False
        model = related[name].related_model
    return True


def check_boolean(name: str, value: Any) -> list[CheckMessage]:
    if isinstance(value, bool):
        return []
    return [Error(f"{name} is {value!r}.", hint="Give True or False.", id="django_activity.E006")]


def check_policies(given: Any) -> list[CheckMessage]:
    if isinstance(given, Mapping):
        texts = list(_no_models("ACTIVITY_ON_TARGET_DELETE has the key", given))
        values = {f"ACTIVITY_ON_TARGET_DELETE[{key!r}]": value for key, value in given.items()}
    else:
        texts, values = [], {"ACTIVITY_ON_TARGET_DELETE": given}
    texts += [f"{name} is {value!r}." for name, value in values.items() if value not in POLICIES]
    return [Error(text, hint=POLICY_HINT, id="django_activity.E007") for text in texts]


def check_labels(name: str, labels: Any) -> list[CheckMessage]:
    if isinstance(labels, str) or not isinstance(labels, Sequence):
        texts = [f"{name} is {labels!r}, which is not a list of models."]
    else:
        texts = list(_no_models(f"{name} has", labels))
    hint = "Give a list of models, each as 'app_label.model_name'."
    return [Error(text, hint=hint, id="django_activity.E011") for text in texts]


def check_types(types: Any) -> list[CheckMessage]:
    if not isinstance(types, Mapping):
        texts = [f"ACTIVITY_AS2_TYPES is {types!r}, which is not a dict."]
    else:
        texts = list(_no_models("ACTIVITY_AS2_TYPES has the key", types))
        texts += [
            f"ACTIVITY_AS2_TYPES[{key!r}] is {value!r}, which is not the name of a type."
            for key, value in types.items()
            if not isinstance(value, str) or not value
        ]
    hint = "Give a dict from 'app_label.model_name' to the name of a type, such as 'Image'."
    return [Error(text, hint=hint, id="django_activity.E012") for text in texts]


def _no_models(beginning: str, labels: Any) -> Iterator[str]:
    for label in labels:
        if not _is_model(label):
            yield f"{beginning} {label!r}, which is not a model of an installed app."


def _is_model(label: Any) -> bool:
    try:
        return isinstance(label, str) and bool(apps.get_model(label))
    except (LookupError, ValueError):
        return False
