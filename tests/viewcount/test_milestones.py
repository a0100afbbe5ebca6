from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from testapp.models import Topic

from django_viewcount.api import count_view, flush
from django_viewcount.signals import views_milestone_reached

Seen = list[tuple[Any, dict[str, Any]]]


@pytest.fixture
def seen(settings: Any) -> Iterator[Seen]:
    settings.VIEWCOUNT_MILESTONES = [100, 10]
    found: Seen = []

    def receive(sender: Any, **kwargs: Any) -> None:
        del kwargs["signal"]
        found.append((sender, kwargs))
        raise ValueError("the receiver's own trouble")

    views_milestone_reached.connect(receive)
    yield found
    views_milestone_reached.disconnect(receive)


def event(milestone: int, views: int, counter: str = "view", key: str = "1") -> tuple[Any, Any]:
    details = {"object_id": key, "milestone": milestone, "views": views}
    return Topic, details | {"counter": counter, "using": "default"}


@pytest.mark.django_db
def test_seen_by_the_flush(redis_backend: Any, seen: Seen, settings: Any) -> None:
    settings.VIEWCOUNT_COUNTERS = ["download"]
    topic = Topic(pk=1)
    for views, expected in (
        (9, []),
        (1, [event(10, 10)]),
        (80, []),
        (11, [event(100, 101)]),
        (500, []),
    ):
        count_view(None, topic, views=views)
        assert seen == []
        flush()
        flush()
        assert seen == expected
        seen.clear()
    count_view(None, topic, views=200, counter="download")
    flush()
    assert seen == [event(10, 200, "download"), event(100, 200, "download")]


@pytest.mark.django_db
def test_not_for_robots(redis_backend: Any, seen: Seen, rf: Any) -> None:
    for _ in range(11):
        count_view(rf.get("/", headers={"User-Agent": "Googlebot/2.1"}), Topic(pk=1))
    flush()

    assert seen == []


@pytest.mark.django_db
def test_costs_nothing_where_nobody_listens(
    redis_backend: Any, django_assert_num_queries: Callable[..., Any], round_trips: Any
) -> None:
    count_view(None, Topic(pk=1), views=500)
    flush()
    count_view(None, Topic(pk=1), views=500)
    costs = []

    def receiver(**kwargs: Any) -> None:
        pass

    for listens in (False, True):
        if listens:
            views_milestone_reached.connect(receiver)
        count_view(None, Topic(pk=1), views=500)
        with round_trips() as sent:
            flush()
        costs.append(len(sent))
    assert costs[1] == costs[0] + 3  # the batch is read again


@pytest.mark.django_db(transaction=True)
def test_of_the_database_backend_on_commit(seen: Seen) -> None:
    topic = Topic(pk=1)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        count_view(None, topic, views=10)
        raise ZeroDivisionError
    assert seen == []
    with transaction.atomic():
        count_view(None, topic, views=9)
        count_view(None, topic, views=2)
        assert seen == []

    assert seen == [event(10, 11)]
    count_view(None, topic)
    assert len(seen) == 1
