"""What a project's own tests need: views counted in memory, and short assertions."""

from __future__ import annotations

from typing import Any, cast

from django.db import models
from django.test.utils import TestContextDecorator, override_settings

from . import api
from .backends import get_backend
from .backends.dummy import DummyBackend
from .targets import DEFAULT_COUNTER

__all__ = ["assert_unique_views", "assert_views", "count_in_memory"]

DUMMY = f"{DummyBackend.__module__}.{DummyBackend.__qualname__}"


class _InMemory(TestContextDecorator):
    def enable(self) -> DummyBackend:
        self.settings = override_settings(VIEWCOUNT_BACKEND=DUMMY)
        self.settings.enable()
        self.backend = cast("DummyBackend", get_backend())
        self.backend.clear()
        return self.backend

    def disable(self) -> None:
        self.backend.clear()
        self.settings.disable()


def count_in_memory(decorated: Any = None) -> Any:
    """Count in the memory of this process, from zero, and forget it all at the end.

    A context manager; and a decorator of test functions, coroutines, and `TestCase` classes. As a
    context manager it gives the backend, whose `clear()` starts anew. Needs neither Redis nor a
    database; what the database holds is not seen, by `with_views()` excepted.
    """
    return _InMemory() if decorated is None else _InMemory()(decorated)


def assert_views(obj: models.Model, views: int, counter: str = DEFAULT_COUNTER) -> None:
    """Fail unless an object was viewed so often. Costs what `get_views()` does."""
    _compare(obj, "views", api.get_views(obj, counter=counter), views, counter)


def assert_unique_views(obj: models.Model, visitors: int, counter: str = DEFAULT_COUNTER) -> None:
    """Fail unless an object was viewed by so many. Costs what `get_unique_views()` does."""
    number = api.get_unique_views(obj, counter=counter)
    _compare(obj, "unique views", number, visitors, counter)


def _compare(obj: models.Model, what: str, found: int, wanted: int, counter: str) -> None:
    if found != wanted:
        raise AssertionError(f"{obj!r} has {found} {what} ({counter}), and not {wanted}.")
