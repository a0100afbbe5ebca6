"""What a project's own tests need: signals without a commit, and short assertions.

With ACTIVITY_TRACKING = False in the settings of the tests, tracked models log nothing, except in
those tests that ask for it with `enable_tracking()`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from unittest.mock import ANY

from django.core.serializers.json import DjangoJSONEncoder
from django.db import router
from django.test.utils import TestContextDecorator

from . import announcing, context
from .managers import ActionQuerySet
from .models import get_action_model
from .resolving import ROLES
from .signals import action_logged
from .validation import pointer

__all__ = [
    "ANY",
    "assert_action",
    "assert_no_action",
    "capture_actions",
    "eager_signals",
    "enable_tracking",
]

SHOWN = 20


class _During(TestContextDecorator):
    """Enters a context for a block, a test, or each test of a class."""

    entered: AbstractContextManager[None]

    def __init__(self, make: Callable[[], AbstractContextManager[None]]) -> None:
        super().__init__()
        self.make = make

    def enable(self) -> None:
        self.entered = self.make()
        self.entered.__enter__()

    def disable(self) -> None:
        self.entered.__exit__(None, None, None)


def eager_signals() -> _During:
    """Send signals at once instead of on commit, which Django's `TestCase` never reaches.

    A context manager; and a decorator of test functions, coroutines, and `TestCase` classes.
    """
    return _During(announcing.eager)


def enable_tracking() -> _During:
    """Let tracked models log their actions, where ACTIVITY_TRACKING is off for the tests.

    A context manager; and a decorator of test functions, coroutines, and `TestCase` classes.
    """
    return _During(context.enable_tracking)


@contextmanager
def capture_actions() -> Iterator[list[Any]]:
    """Record the actions that are logged meanwhile, at once and in their order.

    Signals are sent at once, too, and no commit is needed. A repeat within the window of
    de-duplication is not logged, and so not recorded. Costs no query.
    """
    captured: list[Any] = []

    def record(action: Any, **details: Any) -> None:
        captured.append(action)

    action_logged.connect(record, weak=False)
    try:
        with announcing.eager():
            yield captured
    finally:
        action_logged.disconnect(record)


def assert_action(
    actor: Any,
    verb: str,
    target: Any = ANY,
    *,
    action_object: Any = ANY,
    data: Mapping[str, Any] | None = None,
    count: int = 1,
    using: str | None = None,
) -> Any:
    """Fail unless this was logged `count` times; return the newest of these actions.

    The parameters are those of `log()`. What is left out, or is `ANY`, may be anything; an actor,
    target or action object of None means that there is none. `data` are items that the action's
    data must have. The message lists what was logged instead. Costs one query.
    """
    found = _matching(actor, verb, target, action_object, data, using)
    if len(found) != count or not count:
        wanted = _described(actor, verb, target, action_object, data)
        raise AssertionError(
            f"Logged {_times(len(found))}, and not {_times(count)}: {wanted}\n{_all(using)}"
        )
    return found[0]


def assert_no_action(
    actor: Any = ANY,
    verb: Any = ANY,
    target: Any = ANY,
    *,
    action_object: Any = ANY,
    data: Mapping[str, Any] | None = None,
    using: str | None = None,
) -> None:
    """Fail if this was logged: see `assert_action()`. Without parameters, if anything was."""
    found = _matching(actor, verb, target, action_object, data, using)
    if found:
        wanted = _described(actor, verb, target, action_object, data)
        raise AssertionError(f"Logged {_times(len(found))}: {wanted}\n{_all(using)}")


def _matching(
    actor: Any, verb: Any, target: Any, action_object: Any, data: Any, using: str | None
) -> list[Any]:
    actions = _actions(using)
    if actor is not ANY:
        actions = actions.by(actor)
    if verb is not ANY:
        actions = actions.filter(verb=verb)
    for role, item in (("target", target), ("action_object", action_object)):
        if item is None:
            actions = actions.filter(**{f"{role}_object_id": None})
        elif item is not ANY:
            actions = actions.filter(**pointer(role, item, actions.db))
    # As it comes back from the column: with texts instead of dates, lists instead of tuples.
    wanted = json.loads(json.dumps(dict(data or {}), cls=DjangoJSONEncoder)).items()
    return [
        action
        for action in actions.newest_first()
        if all(key in action.data and action.data[key] == value for key, value in wanted)
    ]


def _actions(using: str | None) -> ActionQuerySet[Any]:
    model = get_action_model()
    return ActionQuerySet(model, using=using or router.db_for_write(model))


def _described(actor: Any, verb: Any, target: Any, action_object: Any, data: Any) -> str:
    """A call of `log()` with these."""
    parts = [repr(actor), repr(verb)]
    parts += [] if target is ANY else [repr(target)]
    parts += [] if action_object is ANY else [f"action_object={action_object!r}"]
    parts += [f"data={dict(data)!r}"] if data else []
    return ", ".join(parts).replace(repr(ANY), "anything")


def _all(using: str | None) -> str:
    newest = list(_actions(using).newest_first()[: SHOWN + 1])
    if not newest:
        return "Nothing was logged at all."
    lines = ["What was logged, newest first:", *map(_line, newest[:SHOWN])]
    return "\n".join(lines + ["  …"] * (len(newest) > SHOWN))


def _line(action: Any) -> str:
    parts = [action.actor_label or repr(action.actor_id), repr(action.verb)]
    for role in reversed(ROLES):
        if getattr(action, f"{role}_object_id") is not None:
            label = getattr(action, f"{role}_label") or getattr(action, f"{role}_object_id")
            parts.append(f"{role}: {label}")
    if action.data:
        parts.append(f"data: {action.data!r}")
    return "  " + ", ".join(parts)


def _times(number: int) -> str:
    return {0: "never", 1: "once"}.get(number, f"{number} times")
