from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings as project_settings
from django.core.checks import CheckMessage, Error, Warning
from django.core.exceptions import ImproperlyConfigured

from . import tracking, verbs
from .conf import Settings, settings
from .indexes import stream_indexes
from .managers import ActionQuerySet
from .models import AbstractAction, get_action_model
from .rendering import ROLES
from .setting_values import (
    check_boolean,
    check_labels,
    check_path,
    check_policies,
    check_prefetch,
    check_relations,
    check_types,
    check_window,
)

PREFIX = "ACTIVITY_"
FUNCTIONS = (
    "ACTOR_OF",
    "ENRICH",
    "EXCLUDED",
    "FOLLOWED_TARGETS",
    "FOLLOWEES",
    "QUERYSET",
    "VISIBLE",
)
BOOLEANS = ("STRICT_VERBS", "TRACKING")
TRACK_HINT = "Give a dict from 'app_label.ModelName' to a dict of the options of track()."


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
    messages += check_window("ACTIVITY_DEDUP_WINDOW", settings.dedup_window)
    for name in FUNCTIONS:
        messages += check_path(PREFIX + name, getattr(project_settings, PREFIX + name, None))
    messages += check_prefetch(settings.prefetch)
    messages += check_relations(getattr(project_settings, "ACTIVITY_ACTOR_SELECT_RELATED", ()))
    for name in BOOLEANS:
        messages += check_boolean(PREFIX + name, getattr(project_settings, PREFIX + name, False))
    messages += check_policies(settings.on_target_delete)
    messages += check_labels("ACTIVITY_EXPOSED_TARGETS", settings.exposed_targets)
    return messages + check_types(settings.as2_types)


def check_action_model(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """ACTIVITY_ACTION_MODEL must name a model with all that streams need."""
    hint = "Name a subclass of django_activity.models.AbstractAction as 'app_label.ModelName'."
    try:
        model = get_action_model()
    except ImproperlyConfigured as error:
        return [Error(str(error), hint=hint, id="django_activity.E003")]
    if not issubclass(model, AbstractAction):
        text = f"ACTIVITY_ACTION_MODEL is {settings.action_model!r}, which is not an action."
        return [Error(text, hint=hint, id="django_activity.E003")]
    return [*_check_manager(model), *_check_indexes(model)]


def check_tracking(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """ACTIVITY_TRACK must name models and options that track() takes, and verbs that are known."""
    given: Any = settings.track
    if not isinstance(given, Mapping):
        text = f"ACTIVITY_TRACK is {given!r}, which is not a dict."
        return [Error(text, hint=TRACK_HINT, id="django_activity.E008")]
    messages: list[CheckMessage] = []
    tracked = {each.model: each for each in tracking.tracked_models()}
    for label, options in given.items():
        try:
            described = tracking.describe(label, options)
        except ImproperlyConfigured as error:
            text = f"ACTIVITY_TRACK[{label!r}]: {error}"
            messages.append(Error(text, hint=TRACK_HINT, id="django_activity.E008"))
        else:
            tracked[described.model] = described
    for each in tracked.values():
        messages += _check_attributes(each)
        messages += _check_tracked_verbs(each)
    return messages


def check_verbs(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """The texts of registered verbs must be such that an action can be put into them."""
    messages: list[CheckMessage] = []
    for verb in verbs.registered():
        if verb.window is not None:
            messages += check_window(f"The window of the verb {verb.name!r}", verb.window)
        for name in ("text", "group_text"):
            reason = _misfit(getattr(verb, name))
            if reason:
                messages.append(
                    Error(
                        f"The {name} of the verb {verb.name!r} cannot be filled: {reason}.",
                        hint="Write each place as %(actor)s, and a percent sign as %%.",
                        id="django_activity.E009",
                    )
                )
    return messages


def _check_manager(model: Any) -> list[CheckMessage]:
    if isinstance(model._default_manager.get_queryset(), ActionQuerySet):
        return []
    return [
        Error(
            f"The default manager of {model._meta.label} does not return an ActionQuerySet.",
            hint="Let its queryset be a subclass of django_activity.managers.ActionQuerySet, and "
            "the first manager of the class, or Meta.default_manager_name, come from it.",
            obj=model,
            id="django_activity.E010",
        )
    ]


def stream_columns(model: Any) -> list[list[str]]:
    """The fields of each of the stream indexes; the primary key may bear another name."""
    return [
        [model._meta.pk.name if name == "id" else name for name in _plain(index.fields)]
        for index in stream_indexes()
    ]


def _check_indexes(model: Any) -> list[CheckMessage]:
    there = [_plain(index.fields) for index in model._meta.indexes]
    return [
        Warning(
            f"{model._meta.label} has no index on ({', '.join(wanted)}).",
            hint="Let its Meta inherit from AbstractAction.Meta, or add "
            "django_activity.models.stream_indexes() to Meta.indexes, and migrate.",
            obj=model,
            id="django_activity.W002",
        )
        for wanted in stream_columns(model)
        if not any(found[: len(wanted)] == wanted for found in there)
    ]


def _plain(fields: Sequence[str]) -> list[str]:
    return [name.removeprefix("-") for name in fields]


def _check_attributes(tracked: tracking.Tracked) -> list[CheckMessage]:
    return [
        Warning(
            f"{tracked.model._meta.label} is tracked by its {name!r}, which it does not have.",
            hint="Name a field or another attribute, or give a function of the instance.",
            obj=tracked.model,
            id="django_activity.W003",
        )
        for name in tracked.missing_attributes()
    ]


def _check_tracked_verbs(tracked: tracking.Tracked) -> list[CheckMessage]:
    known = {verb.name for verb in verbs.registered()}
    if not settings.strict_verbs:
        return []
    return [
        Error(
            f"{tracked.model._meta.label} is tracked with the verb {verb!r}, which is not "
            "registered, and so each such change will fail.",
            hint="Register it with django_activity.verbs, or turn ACTIVITY_STRICT_VERBS off.",
            obj=tracked.model,
            id="django_activity.E013",
        )
        for verb in tracked.verbs()
        if verb not in known
    ]


class _Anything(dict[str, Any]):
    """A value for every name: names of people and things are texts, and data what is wanted."""

    def __init__(self, number: int) -> None:
        super().__init__(dict.fromkeys((*ROLES, *(f"{role}s" for role in ROLES), "verb"), ""))
        self.number = number

    def __missing__(self, key: str) -> int:
        return self.number

    def __repr__(self) -> str:
        raise ValueError("a place has no name")  # all values at once would be put there


def _misfit(text: Any) -> str:
    """Why values can never be put into this text, in the singular or the plural; or ""."""
    try:
        filled = [str(text % _Anything(number)) for number in (1, 2)]
    except (KeyError, TypeError, ValueError) as error:
        return str(error)
    # A plural passes over what it cannot fill.
    return "a place is left over" if any("%(" in sentence for sentence in filled) else ""
