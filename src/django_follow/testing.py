"""What a project's own tests need: signals without a commit, and short assertions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from django.db import models
from django.dispatch import Signal
from django.test.utils import TestContextDecorator

from . import api, changes, signals

ENDS = (("follower", "followee"), ("blocker", "blocked"), ("muter", "muted"))


class _EagerSignals(TestContextDecorator):
    manager: AbstractContextManager[None]

    def enable(self) -> None:
        self.manager = changes.eager()
        self.manager.__enter__()

    def disable(self) -> None:
        self.manager.__exit__(None, None, None)


def eager_signals() -> _EagerSignals:
    """Send signals at once instead of on commit, which Django's `TestCase` never reaches.

    A context manager; and a decorator of test functions, coroutines, and `TestCase` classes.
    """
    return _EagerSignals()


@contextmanager
def capture_follows() -> Iterator[list[tuple[str, Any, Any]]]:
    """Record the signals sent meanwhile, at once: `("followed", follower, followee)`.

    All signals of the app are recorded in their order, by their name and the two users, such as
    `("blocked", blocker, blocked)`.
    """
    captured: list[tuple[str, Any, Any]] = []
    receivers: dict[Signal, Any] = {}
    for name, signal in vars(signals).items():
        if isinstance(signal, Signal):

            def record(name: str = name, **details: Any) -> None:
                start, end = next(ends for ends in ENDS if ends[0] in details)
                captured.append((name, details[start], details[end]))

            receivers[signal] = record
            signal.connect(record, weak=False)
    try:
        with changes.eager():
            yield captured
    finally:
        for signal, record in receivers.items():
            signal.disconnect(record)


def assert_follows(follower: models.Model, followee: models.Model) -> None:
    """Fail unless `follower` follows `followee`. A pending request is no follow. One query."""
    if not api.is_following(follower, followee):
        raise AssertionError(f"{follower} does not follow {followee}.")


def assert_not_follows(follower: models.Model, followee: models.Model) -> None:
    """Fail if `follower` follows `followee`. One query."""
    if api.is_following(follower, followee):
        raise AssertionError(f"{follower} follows {followee}.")
