"""Signals are sent when the change they tell of is committed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import transaction

from .signals import action_logged, actions_retracted

_eager: ContextVar[bool] = ContextVar("django_activity_eager", default=False)


@contextmanager
def eager() -> Iterator[None]:
    """Send signals at once instead of on commit: see `django_activity.testing`."""
    token = _eager.set(True)
    try:
        yield
    finally:
        _eager.reset(token)


def announce_logged(actions: Iterable[Any], using: str) -> None:
    """Send `action_logged` for each of these new actions."""

    def send() -> None:
        for action in actions:
            action_logged.send_robust(sender=type(action), action=action, using=using)

    _on_commit(send, using)


def announce_retracted(model: type[Any], keys: list[Any], using: str) -> None:
    """Send `actions_retracted` for these deleted actions."""
    _on_commit(lambda: actions_retracted.send_robust(sender=model, keys=keys, using=using), using)


def _on_commit(send: Callable[[], object], using: str) -> None:
    if _eager.get():
        send()
    else:
        # `send` is no partial: when a hook raises, Django names it by an attribute they lack.
        transaction.on_commit(send, using=using, robust=True)
