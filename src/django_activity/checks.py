from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings as project_settings
from django.core.checks import CheckMessage, Error, Warning
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from .conf import Settings, settings
from .models import AbstractAction, get_action_model

PREFIX = "ACTIVITY_"


def known_settings() -> set[str]:
    """Names of every setting this app reads."""
    return {
        PREFIX + name.upper()
        for name, value in vars(Settings).items()
        if isinstance(value, property)
    }


def check_settings(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Find misspelt ACTIVITY_* settings, and values that the app could not use."""
    messages: list[CheckMessage] = [
        Warning(
            f"{name} is not a setting of django_activity.",
            hint=f"Known settings: {', '.join(sorted(known_settings()))}.",
            id="django_activity.W001",
        )
        for name in dir(project_settings)
        if name.startswith(PREFIX) and name not in known_settings()
    ]
    window: Any = settings.dedup_window
    if isinstance(window, bool) or not isinstance(window, (int, float)) or window < 0:
        messages.append(
            Error(
                f"ACTIVITY_DEDUP_WINDOW is {window!r}.",
                hint="Give a number of seconds, or 0 to log every action.",
                id="django_activity.E001",
            )
        )
    paths = {"ACTIVITY_FOLLOWEES": getattr(project_settings, "ACTIVITY_FOLLOWEES", None)}
    prefetch: Any = settings.prefetch
    if isinstance(prefetch, Mapping):
        paths |= {f"ACTIVITY_PREFETCH[{key!r}]": path for key, path in prefetch.items()}
    messages += _check_prefetch(prefetch)
    messages += _check_relations(getattr(project_settings, "ACTIVITY_ACTOR_SELECT_RELATED", ()))
    return messages + [
        message for name, path in paths.items() for message in _check_path(name, path)
    ]


def check_action_model(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """ACTIVITY_ACTION_MODEL must name an installed subclass of AbstractAction."""
    hint = "Name a subclass of django_activity.models.AbstractAction as 'app_label.ModelName'."
    try:
        model = get_action_model()
    except ImproperlyConfigured as error:
        return [Error(str(error), hint=hint, id="django_activity.E003")]
    if not issubclass(model, AbstractAction):
        text = f"ACTIVITY_ACTION_MODEL is {settings.action_model!r}, which is not an action."
        return [Error(text, hint=hint, id="django_activity.E003")]
    return []


def _check_prefetch(prefetch: Any) -> list[CheckMessage]:
    if not isinstance(prefetch, Mapping):
        texts = [f"ACTIVITY_PREFETCH is {prefetch!r}, which is not a dict."]
    else:
        texts = [
            f"ACTIVITY_PREFETCH has the key {key!r}, which is not a model of an installed app."
            for key in prefetch
            if not _is_model(key)
        ]
    hint = "Give a dict from 'app_label.model_name' to a callable or the dotted path of one."
    return [Error(text, hint=hint, id="django_activity.E004") for text in texts]


def _is_model(label: Any) -> bool:
    try:
        return isinstance(label, str) and bool(apps.get_model(label))
    except (LookupError, ValueError):
        return False


def _check_relations(names: Any) -> list[CheckMessage]:
    if isinstance(names, (list, tuple)) and all(isinstance(name, str) for name in names):
        return []
    text = f"ACTIVITY_ACTOR_SELECT_RELATED is {names!r}, which is not a list of names."
    hint = "Give the names of relations of the actor, such as ('profile',)."
    return [Error(text, hint=hint, id="django_activity.E005")]


def _check_path(name: str, path: Any) -> list[CheckMessage]:
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
