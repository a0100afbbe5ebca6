from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from django_follow import signals


@pytest.fixture
def heard() -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """The signals of the app as they are sent: (name, arguments)."""
    messages: list[tuple[str, dict[str, Any]]] = []
    receivers = {}
    for name in ("followed", "unfollowed"):

        def receive(signal: Any, name: str = name, **kwargs: Any) -> None:
            messages.append((name, kwargs))

        receivers[name] = receive
        getattr(signals, name).connect(receive)
    yield messages
    for name, receiver in receivers.items():
        getattr(signals, name).disconnect(receiver)
