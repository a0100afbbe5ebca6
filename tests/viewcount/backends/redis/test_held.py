from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from testapp.models import Topic

from django_viewcount import flushing
from django_viewcount.api import attach_views, count_view, flush, get_unique_views, get_views
from django_viewcount.backends.redis import RedisBackend, reading
from django_viewcount.targets import Kind

pytestmark = pytest.mark.usefixtures("redis_backend")


@pytest.mark.django_db
def test_views_are_the_same_at_every_moment(
    redis_backend: RedisBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader sees the same before, during and after a flush."""
    topics = [Topic.objects.create(name=name) for name in "abc"]
    count_view(None, topics[0], views=10)
    flush()
    seen: list[list[int]] = []

    def look() -> None:
        seen.append([get_views(topic) for topic in topics])
        seen.append([topic.view_count for topic in attach_views(topics)])

    def looking(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any) -> Any:
            look()
            result = function(*args)
            look()
            return result

        return wrapped

    count_view(None, topics[0], views=5)
    count_view(None, topics[1], views=7)
    monkeypatch.setattr(flushing, "move", looking(flushing.move))
    monkeypatch.setattr(redis_backend, "release", looking(redis_backend.release))

    flush()

    assert seen == [[15, 7, 0]] * 8


@pytest.mark.django_db
@pytest.mark.parametrize("step", ["claim", "move", "release"])
@pytest.mark.parametrize("claimed", [False, True])
def test_views_are_the_same_to_a_reader_in_the_middle(
    step: str, claimed: bool, redis_backend: RedisBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A flush that gets as far as `step` between Redis and the database changes nothing."""
    topic = Topic.objects.create(name="Jazz")
    count_view(None, topic, views=5, visitor="a")
    if claimed:
        redis_backend.claim(Kind(Topic), 0, "default")
        count_view(None, topic, views=2, visitor="b")

    def advance() -> None:
        batch = redis_backend.claim(Kind(Topic), 0, "default")
        assert batch
        if step != "claim":
            assert flushing.move(redis_backend, batch, "default")
        if step == "release":
            redis_backend.release(batch, "default")

    def late(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any) -> Any:
            result = function(*args)
            if not advanced:
                advanced.append(True)
                advance()
            return result

        return wrapped

    advanced: list[bool] = []
    monkeypatch.setattr(reading, "held_parts", late(reading.held_parts))
    assert get_views(topic) == (7 if claimed else 5)
    assert advanced


@pytest.mark.django_db
def test_uniques_are_the_same_to_a_reader_in_the_middle(
    redis_backend: RedisBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic = Topic.objects.create(name="Jazz")
    for visitor in "abc":
        count_view(None, topic, visitor=visitor)
    counts = reading.by_pair

    def late(*args: Any) -> Any:
        result = counts(*args)
        flush()
        return result

    monkeypatch.setattr(reading, "by_pair", late)
    assert get_unique_views(topic) == 3
    count_view(None, topic, visitor="d")
    assert get_unique_views(topic) == 4


@pytest.mark.django_db(transaction=True)
def test_reader_beside_a_flush_never_sees_a_step_back(
    together: Callable[..., list[Any]],
) -> None:
    topic = Topic.objects.create(name="Jazz")
    counted: list[int] = [0]

    def act(number: int) -> Any:
        if number == 0:
            for _ in range(40):
                counted[0] += 1
                count_view(None, topic)
                flush()
            counted.append(0)
            return []
        seen = []
        while len(counted) == 1:
            before = counted[0]
            seen.append((before, get_views(topic), counted[0]))
        return seen

    _, *readers = together(4, act)

    for seen in readers:
        assert seen
        assert [views for _, views, _ in seen] == sorted(views for _, views, _ in seen)
        # `counted` runs ahead of the view itself by one.
        assert all(before - 1 <= views <= after for before, views, after in seen)
