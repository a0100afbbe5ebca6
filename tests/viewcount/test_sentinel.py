"""A real primary with a replica, watched by a real Sentinel, and killed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from testapp.models import Topic

from django_viewcount.api import attach_views, count_view, flush, get_views, health, most_viewed
from django_viewcount.backends.redis import RedisBackend, breaker
from django_viewcount.models import ViewCount
from django_viewcount.reasons import Reason
from tests import servers
from tests.viewcount.conftest import backend_in_use


@pytest.fixture
def watched(farm: servers.Farm) -> servers.Watched:
    return servers.sentinel(farm)


@pytest.fixture
def sentinel_backend(
    watched: servers.Watched, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[RedisBackend]:
    monkeypatch.setattr(breaker, "INTERVAL", 0.05)
    settings.VIEWCOUNT_REDIS_SENTINEL = watched.settings
    with backend_in_use(settings, timeout=0.5) as backend:
        yield backend


@pytest.mark.django_db
def test_counting_goes_on_after_the_primary_was_killed(
    watched: servers.Watched,
    sentinel_backend: RedisBackend,
    visit: Callable[..., Any],
    round_trips: Callable[[], Any],
) -> None:
    topic = Topic.objects.create(name="Jazz")
    for _ in range(2):
        assert count_view(visit(), topic).reason is Reason.COUNTED
    with round_trips() as sent:
        assert count_view(visit(), topic).reason is Reason.COUNTED
    assert len(sent) == 1
    flush()
    assert count_view(visit(), topic).views == 4
    watched.primary.client().wait(1, 2000)  # what the replica does not have yet would be lost

    watched.primary.kill()
    results, away, deadline = [], 0, time.monotonic() + 30
    while not results or results[-1].reason is not Reason.COUNTED:
        assert time.monotonic() < deadline
        results.append(count_view(visit(), topic))
        away += results[-1].reason is not Reason.COUNTED
        attach_views([topic])
        assert most_viewed(Topic.objects.all()) == [topic]
        time.sleep(0.02)

    assert away > 10
    servers.until(lambda: not health().waiting, "the kept views to be counted")
    lost = sum(result.reason is Reason.UNAVAILABLE for result in results)
    assert lost == health().uncertain <= 1
    counted = 4 + len(results) - lost
    assert counted <= get_views(topic) <= counted + lost
    total = get_views(topic)
    flush()
    assert ViewCount.objects.get().views == get_views(topic) == total
    assert watched.replica.client().role()[0] in (b"master", "master")
