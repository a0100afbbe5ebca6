from __future__ import annotations

from functools import lru_cache

from django.utils.module_loading import import_string

from ..conf import settings
from .base import BaseBackend


def get_backend() -> BaseBackend:
    """Return the backend that the settings name at this moment."""
    return _backend(settings.backend)


def backend_class(path: str) -> type[BaseBackend]:
    """Import a backend class by its dotted path. Raises ImportError."""
    backend = import_string(path)
    if not (isinstance(backend, type) and issubclass(backend, BaseBackend)):
        raise ImportError(f"{path} is not a subclass of BaseBackend.")
    return backend


# One object per class and process: a backend may hold connections, or the dummy's numbers.
@lru_cache(maxsize=16)
def _backend(path: str) -> BaseBackend:
    return backend_class(path)()
