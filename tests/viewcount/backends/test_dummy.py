from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import pytest
from testapp.models import Topic

from django_viewcount.api import attach_views, count_view, get_views
from django_viewcount.backends import get_backend
from django_viewcount.backends.dummy import DummyBackend
from django_viewcount.targets import target_of
from tests.viewcount.contract import ViewCountContract


@pytest.fixture(autouse=True)
def backend(settings: Any) -> Iterator[DummyBackend]:
    settings.VIEWCOUNT_BACKEND = "django_viewcount.backends.dummy.DummyBackend"
    backend = get_backend()
    assert isinstance(backend, DummyBackend)
    backend.clear()
    yield backend
    backend.clear()


class TestDummyBackend(ViewCountContract):
    pass


def test_needs_no_database(backend: DummyBackend) -> None:
    topic = Topic(pk=1)

    count_view(None, topic, views=2, at=datetime(2026, 1, 2, 12, tzinfo=timezone.utc))
    attach_views([topic])

    assert topic.view_count == 2
    assert list(backend.views) == [("default", target_of(topic))]


def test_clear(backend: DummyBackend) -> None:
    topic = Topic(pk=1)
    count_view(None, topic)

    backend.clear()

    assert get_views(topic) == 0
