from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings as project_settings
from django.core.checks import CheckMessage, Error, Warning
from django.utils.module_loading import import_string

from . import addresses, exclusions
from .backends import backend_class
from .conf import Settings, settings

PREFIX = "VIEWCOUNT_"


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
    """Find misspelt VIEWCOUNT_* settings and values of the wrong shape."""
    messages: list[CheckMessage] = [
        Warning(
            f"{name} is not a setting of django_viewcount.",
            hint=_meant(name),
            id="django_viewcount.W001",
        )
        for name in dir(project_settings)
        if name.startswith(PREFIX) and name not in known_settings()
    ]
    return [*messages, *_numbers(), *_key_prefix(), *_names(), *_callables(), *_visitors()]


def _meant(name: str) -> str:
    known = sorted(known_settings())
    close = get_close_matches(name, known, n=1)
    return f"Did you mean {close[0]}?" if close else f"Known settings: {', '.join(known)}."


def _is_number(value: Any, least: float, kinds: tuple[type, ...]) -> bool:
    return isinstance(value, kinds) and not isinstance(value, bool) and bool(value >= least)  # type: ignore[operator]


def _numbers() -> Iterator[CheckMessage]:
    number, whole, tiny = (int, float), (int,), 1e-9
    limits: Sequence[tuple[str, float, tuple[type, ...], str]] = (
        ("timeout", tiny, number, "Give a number of seconds above zero, such as 0.1."),
        ("cooldown", 0, number, "Give a number of seconds; 0 counts every view."),
        ("half_life", tiny, number, "Give a number of hours above zero, such as 6."),
        ("beacon_max_age", tiny, number, "Give a number of seconds above zero, such as 86400."),
        ("shards", 1, whole, "Give a whole number, 1 or more."),
        ("buffer_size", 0, whole, "Give a whole number of views; 0 keeps none."),
        ("ranking_size", 100, whole, "Give a whole number of objects, 100 or more."),
        ("ranking_max_age", 0, whole, "Give a whole number of seconds; 0 keeps no ranking."),
        ("network_limit", 1, whole, "Give a whole number of views an hour, or None."),
    )
    for name, least, kinds, hint in limits:
        value = getattr(settings, name)
        if name == "network_limit" and value is None:
            continue
        if not _is_number(value, least, kinds):
            text = f"{PREFIX}{name.upper()} is {value!r}."
            yield Error(text, hint=hint, id="django_viewcount.E003")
    for name in ("redis_cluster", "respect_opt_out", "count_robots"):
        if not isinstance(value := getattr(settings, name), bool):
            text = f"{PREFIX}{name.upper()} is {value!r}."
            yield Error(text, hint="Give True or False.", id="django_viewcount.E003")
    milestones: Any = settings.milestones
    if not isinstance(milestones, (list, tuple)) or not all(
        _is_number(milestone, 1, whole) for milestone in milestones
    ):
        yield Error(
            f"VIEWCOUNT_MILESTONES is {milestones!r}.",
            hint="Give a list of whole numbers, 1 or more.",
            id="django_viewcount.E003",
        )


def _key_prefix() -> Iterator[CheckMessage]:
    prefix: Any = settings.key_prefix
    if not isinstance(prefix, str) or not prefix or set(prefix) & set("{}"):
        yield Error(
            f"VIEWCOUNT_KEY_PREFIX is {prefix!r}.",
            hint="Give a short text without braces: they mark the part that a Redis Cluster "
            "places keys by.",
            id="django_viewcount.E004",
        )


def _names() -> Iterator[CheckMessage]:
    counters: Any = settings.counters
    if not isinstance(counters, (list, tuple)) or not all(
        isinstance(name, str) and len(name) <= 32 and name.isidentifier() for name in counters
    ):
        yield Error(
            f"VIEWCOUNT_COUNTERS is {counters!r}.",
            hint='Give a list of names such as ["download"], each of at most 32 letters, '
            "digits and underscores.",
            id="django_viewcount.E005",
        )
    models: Any = settings.models
    if not isinstance(models, (list, tuple)):
        models = [models]
    for label in models:
        try:
            apps.get_model(label)
        except (LookupError, ValueError, AttributeError, TypeError) as error:
            yield Error(
                f"VIEWCOUNT_MODELS has {label!r}: {error}",
                hint='Give a list of models such as ["images.Image"].',
                id="django_viewcount.E006",
            )


def _callables() -> Iterator[CheckMessage]:
    for name in ("VIEWCOUNT_IS_ROBOT", "VIEWCOUNT_VISITOR"):
        path = getattr(project_settings, name, None)
        try:
            found = import_string(path) if isinstance(path, str) else path
        except ImportError as error:
            found, reason = None, str(error)
        else:
            reason = f"{path!r} cannot be called."
        if path is not None and not callable(found):
            hint = "Give a callable or the dotted path of one."
            yield Error(f"{name}: {reason}", hint=hint, id="django_viewcount.E007")


def _visitors() -> Iterator[CheckMessage]:
    for text in exclusions.problems():
        yield Error(
            text,
            hint='VIEWCOUNT_EXCLUDE is a list of "staff", "superusers", "group:<name>" and dotted '
            "paths of functions; VIEWCOUNT_OWNER_FIELD is a field, or a dict of fields by model.",
            id="django_viewcount.E008",
        )
    for text in addresses.problems():
        yield Error(
            text,
            hint="Give the number of proxies before the site, or a list of their addresses and "
            'networks such as ["10.0.0.0/8"].',
            id="django_viewcount.E009",
        )


def check_backend(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Report a backend that cannot be imported, and what the backend itself finds wrong."""
    try:
        backend = backend_class(settings.backend)
    except ImportError as error:
        return [
            Error(
                f"VIEWCOUNT_BACKEND is {settings.backend!r}, which cannot be imported: {error}",
                hint="Give the dotted path of a subclass of "
                "django_viewcount.backends.base.BaseBackend, or None.",
                id="django_viewcount.E001",
            )
        ]
    return backend().check()
