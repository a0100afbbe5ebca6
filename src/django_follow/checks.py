from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings as project_settings
from django.core.checks import CheckMessage, Error, Warning
from django.db import models
from django.utils.module_loading import import_string

from .accessors import clashing_names, declares_accessors, well_formed
from .conf import Settings, settings
from .counting import counters
from .edges import edge_models

PREFIX = "FOLLOW_"
FUNCTIONS = ("LIST_VISIBILITY", "REQUIRES_APPROVAL")


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
    """Find misspelt FOLLOW_* settings, and values that the app could not use."""
    messages: list[CheckMessage] = [
        Warning(
            f"{name} is not a setting of django_follow.",
            hint=f"Known settings: {', '.join(sorted(known_settings()))}.",
            id="django_follow.W001",
        )
        for name in dir(project_settings)
        if name.startswith(PREFIX) and name not in known_settings()
    ]
    names: Any = settings.user_attributes
    if names is not None and not well_formed(names):
        messages.append(
            Error(
                f"FOLLOW_USER_ATTRIBUTES is {names!r}.",
                hint='Give two different names, such as ("following", "followers"), or None.',
                id="django_follow.E001",
            )
        )
    for name in FUNCTIONS:
        messages += check_function(PREFIX + name, getattr(project_settings, PREFIX + name, None))
    messages += check_number("FOLLOW_MAX_FOLLOWING", settings.max_following, 0, ", or None")
    return messages + check_number("FOLLOW_PAGE_SIZE", settings.page_size, 1)


def check_function(name: str, value: Any) -> list[CheckMessage]:
    try:
        found = import_string(value) if isinstance(value, str) else value
    except ImportError as error:
        found, reason = None, str(error)
    else:
        reason = f"{value!r} cannot be called."
    if value is None or callable(found):
        return []
    hint = "Give a callable or the dotted path of one."
    return [Error(f"{name}: {reason}", hint=hint, id="django_follow.E006")]


def check_number(name: str, value: Any, least: int, other: str = "") -> list[CheckMessage]:
    if (value is None and other) or (type(value) is int and value >= least):
        return []
    hint = f"Give a whole number, {least} or more{other}."
    return [Error(f"{name} is {value!r}.", hint=hint, id="django_follow.E007")]


def check_accessors(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Report accessor names that the user model already uses, and so were not attached."""
    user_model = apps.get_model(project_settings.AUTH_USER_MODEL)
    names = settings.user_attributes
    if names is None or not well_formed(names) or declares_accessors(user_model):
        return []
    return [
        Error(
            f"{user_model._meta.label}.{name} is something else than django_follow's accessor.",
            hint="Choose other names with FOLLOW_USER_ATTRIBUTES, or None to attach none.",
            obj=user_model,
            id="django_follow.E002",
        )
        for name in clashing_names(user_model, names)
    ]


def check_edges(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Report two edge models with the same ends: follow() could only ever find one of them."""
    messages: list[CheckMessage] = []
    known: dict[tuple[Any, ...], Any] = {}
    for edge, ends in edge_models():
        other = known.setdefault(tuple(ends), edge)
        if other is not edge:
            messages.append(
                Error(
                    f"{other._meta.label} and {edge._meta.label} join the same two models.",
                    hint="Keep one, and put what tells them apart into a field of it.",
                    obj=edge,
                    id="django_follow.E003",
                )
            )
    return messages


def check_counts(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Report counts that are to be kept in a field which the node does not have."""
    columns = settings.user_counts
    if columns is not None and not well_formed(columns):
        return [
            Error(
                f"FOLLOW_USER_COUNTS is {columns!r}.",
                hint='Name two integer fields, such as ("following_count", "followers_count").',
                id="django_follow.E004",
            )
        ]
    return [
        Error(
            f"{edge._meta.label} counts in {model._meta.label}.{column}, "
            "which is not an integer field.",
            hint="Add the field with default=0, or name another one; then run follow_recount.",
            obj=edge,
            id="django_follow.E005",
        )
        for edge, _ in edge_models()
        for model, column, _ in counters(edge)
        if not any(
            field.name == column and isinstance(field, models.IntegerField)
            for field in model._meta.fields
        )
    ]
