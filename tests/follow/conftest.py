from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connections, models
from django.dispatch import Signal
from django.test.utils import CaptureQueriesContext
from testapp.models import Profile, Subscription, Topic, TopicFollow

from django_follow import signals
from django_follow.models import Follow, FollowCount

TABLE = re.compile(r'(?:INTO|FROM|UPDATE)\s+["`]?(?:django_follow_)?(\w+)')
HIDDEN = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")


@pytest.fixture
def heard() -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """The signals of the app as they are sent: (name, arguments)."""
    messages: list[tuple[str, dict[str, Any]]] = []
    receivers = {}
    for name, signal in vars(signals).items():
        if isinstance(signal, Signal):

            def receive(signal: Any, name: str = name, **kwargs: Any) -> None:
                messages.append((name, kwargs))

            receivers[signal] = receive
            signal.connect(receive)
    yield messages
    for signal, receiver in receivers.items():
        signal.disconnect(receiver)


@pytest.fixture
def statements() -> Callable[..., AbstractContextManager[list[str]]]:
    """Record what is asked of a database, as "INSERT follow"; savepoints are not told."""

    @contextmanager
    def record(using: str = "default") -> Iterator[list[str]]:
        found: list[str] = []
        with CaptureQueriesContext(connections[using]) as captured:
            yield found
        for query in captured:
            sql = str(query["sql"]).lstrip("( ")
            if not sql.startswith(HIDDEN):
                table = TABLE.search(sql)
                found.append(f"{sql.split()[0]} {table[1] if table else ''}".strip())

    return record


def kept_and_true(using: str = "default") -> tuple[dict[Any, Any], dict[Any, Any]]:
    """Every count as it is kept, and as COUNT(*) has it; those of zero left out."""
    user_model, columns = get_user_model(), getattr(settings, "FOLLOW_USER_COUNTS", None)
    places: list[tuple[Any, str, Any, str]] = [
        (Topic, "followers_count", TopicFollow, "followee"),
        (Topic, "subscribers", Subscription, "topic"),
        (Profile, "subscriptions", Subscription, "profile"),
    ]
    if columns:
        places += [
            (user_model, columns[0], Follow, "follower"),
            (user_model, columns[1], Follow, "followee"),
        ]
    else:
        places += [
            (FollowCount, "following", Follow, "follower"),
            (FollowCount, "followers", Follow, "followee"),
        ]
    kept, true = {}, {}
    for model, column, edge, end in places:
        rows: Any = model._base_manager.using(using).values_list("pk", column)
        kept |= {(model, column, key): number for key, number in rows if number}
        edges: Any = edge._base_manager.using(using).order_by()
        numbers = edges.values_list(end).annotate(number=models.Count("pk"))
        true |= {(model, column, key): number for key, number in numbers}
    return kept, true


@pytest.fixture
def exact() -> Callable[..., None]:
    """Assert that every count that is kept equals the number of its edges."""

    def check(using: str = "default") -> None:
        kept, true = kept_and_true(using)
        assert kept == true

    return check


@pytest.fixture
def tea(db: None) -> Topic:
    return Topic.objects.create(name="Tea")


@pytest.fixture
def crowd(make_user: Callable[..., Any]) -> Callable[[int], list[Any]]:
    """Create many users."""
    return lambda number: [make_user() for _ in range(number)]
