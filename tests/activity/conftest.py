from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from testapp.models import Topic

from django_activity import signals, tracking, verbs


@pytest.fixture
def tea(db: None) -> Topic:
    return Topic.objects.create(name="Tea")


@pytest.fixture
def verb() -> Iterator[Callable[..., verbs.Verb]]:
    """Register a verb for the time of the test."""
    names: list[str] = []

    def declare(name: str, **options: Any) -> verbs.Verb:
        declared = verbs.Verb(name, **options)
        verbs.register(declared)
        names.append(name)
        return declared

    yield declare
    for name in names:
        verbs.unregister(name)


@pytest.fixture
def track() -> Iterator[Callable[..., None]]:
    """Track a model for the time of the test."""
    models: list[Any] = []

    def start(model: Any, **options: Any) -> None:
        models.append(model)
        tracking.track(model, **options)

    yield start
    for model in models:
        tracking.untrack(model)


@pytest.fixture
def heard() -> Iterator[list[tuple[str, Any]]]:
    """What is announced, as it is sent: ("logged", action) or ("retracted", keys)."""
    messages: list[tuple[str, Any]] = []

    def logged(action: Any, **kwargs: Any) -> None:
        messages.append(("logged", action))

    def retracted(keys: list[Any], **kwargs: Any) -> None:
        messages.append(("retracted", keys))

    signals.action_logged.connect(logged)
    signals.actions_retracted.connect(retracted)
    yield messages
    signals.action_logged.disconnect(logged)
    signals.actions_retracted.disconnect(retracted)
