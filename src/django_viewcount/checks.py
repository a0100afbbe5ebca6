from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings as project_settings
from django.core.checks import CheckMessage, Error, Warning

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
            hint=f"Known settings: {', '.join(sorted(known_settings()))}.",
            id="django_viewcount.W001",
        )
        for name in dir(project_settings)
        if name.startswith(PREFIX) and name not in known_settings()
    ]
    timeout: Any = settings.timeout
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or timeout <= 0:
        messages.append(
            Error(
                f"VIEWCOUNT_TIMEOUT is {timeout!r}.",
                hint="Give a number of seconds above zero, such as 0.1.",
                id="django_viewcount.E003",
            )
        )
    prefix: Any = settings.key_prefix
    if not isinstance(prefix, str) or not prefix or set(prefix) & set("{}"):
        messages.append(
            Error(
                f"VIEWCOUNT_KEY_PREFIX is {prefix!r}.",
                hint="Give a short text without braces: they mark the part that a Redis Cluster "
                "places keys by.",
                id="django_viewcount.E004",
            )
        )
    return messages


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
