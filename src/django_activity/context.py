"""Who acts at the moment, and whether tracked models are logged: known per task and per thread."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, TypeVar

from django.db import models

from .conf import settings

_Function = TypeVar("_Function", bound=Callable[..., Any])

_actor: ContextVar[_Frame | None] = ContextVar("django_activity_actor", default=None)
_tracking: ContextVar[_Frame | None] = ContextVar("django_activity_tracking", default=None)


@dataclass(frozen=True)
class _Frame:
    """What is said inside of a scope, and around it."""

    value: Any
    outer: _Frame | None


class _Scope:
    """Says something for a block, a function or a coroutine function, as often as it is entered."""

    def __init__(self, variable: ContextVar[_Frame | None], value: Any) -> None:
        self.variable, self.value = variable, value

    def __enter__(self) -> None:
        self.variable.set(_Frame(self.value, self.variable.get()))

    def __exit__(self, *details: object) -> None:
        frame = self.variable.get()
        self.variable.set(frame and frame.outer)

    def __call__(self, function: _Function) -> _Function:
        if isinstance(function, type):  # wrapped, it would be none, and its tests not be found
            raise TypeError("Decorate the methods of a class, and not the class.")
        if iscoroutinefunction(function):

            @wraps(function)
            async def inside_async(*args: Any, **kwargs: Any) -> Any:
                with self:
                    return await function(*args, **kwargs)

            return inside_async  # type: ignore[return-value]

        @wraps(function)
        def inside(*args: Any, **kwargs: Any) -> Any:
            with self:
                return function(*args, **kwargs)

        return inside  # type: ignore[return-value]


def acting_as(actor: models.Model | Callable[[], models.Model | None] | None) -> _Scope:
    """Tracked models log what happens meanwhile as done by `actor`; None is the system.

    A context manager; and a decorator of functions and coroutine functions. A function in the place
    of the actor is asked when an action is logged. Ends with the block, also for a job whose worker
    goes on to the next.
    """
    return _Scope(_actor, actor if callable(actor) else lambda: actor)


def current_actor() -> Any:
    """Who acts: what `acting_as()` or the middleware said; None for nobody, and for a guest."""
    frame = _actor.get()
    actor = None if frame is None else frame.value()
    return actor if getattr(actor, "is_authenticated", True) else None


def disable_tracking() -> _Scope:
    """Tracked models log nothing meanwhile; `log()` does what it is told.

    A context manager; and a decorator of functions and coroutine functions. For imports and seeds.
    """
    return _Scope(_tracking, False)


def enable_tracking() -> _Scope:
    """The opposite: also where ACTIVITY_TRACKING is off, as in the tests of a project."""
    return _Scope(_tracking, True)


def is_tracking() -> bool:
    """Do tracked models log what happens here and now?"""
    frame = _tracking.get()
    return settings.tracking if frame is None else frame.value
