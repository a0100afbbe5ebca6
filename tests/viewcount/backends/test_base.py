from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

import pytest
from django.core.checks import Info
from testapp.models import Topic

from django_viewcount.api import Flushed, attach_views, count_view, flush, get_views, most_viewed
from django_viewcount.backends.base import BaseBackend
from django_viewcount.checks import check_backend
from django_viewcount.targets import Target


class OddBackend(BaseBackend):
    """A backend of a project's own: it says that each object was viewed as often as its key."""

    def count(self, target: Target, views: int, day: date, using: str | None) -> int | None:
        return None

    def totals(self, targets: Collection[Target], using: str | None) -> dict[Target, int]:
        return {target: int(target.key) for target in targets}

    def top(self, model: Any, limit: int, using: str | None) -> list[tuple[str, int]]:
        return [("3", 3), ("gone", 2), ("1", 1)][:limit]

    def check(self) -> list[Any]:
        return [Info("Odd.", id="project.I001")]


@pytest.fixture(autouse=True)
def _backend(settings: Any) -> None:
    settings.VIEWCOUNT_BACKEND = f"{__name__}.OddBackend"


@pytest.mark.django_db
def test_backend_of_a_project() -> None:
    one, three = (Topic.objects.create(pk=pk, name="Jazz") for pk in (1, 3))

    assert count_view(None, one) == (True, "counted", None)
    assert get_views(three) == 3
    assert [topic.view_count for topic in attach_views([one, three])] == [1, 3]
    assert most_viewed(Topic.objects.all()) == [three, one]
    assert flush() == Flushed(0, 0, 0)
    assert check_backend() == [Info("Odd.", id="project.I001")]


def test_nothing_waits_by_default() -> None:
    backend = OddBackend()

    assert backend.waiting(None) == []
    assert backend.claim(Topic, None) is None
