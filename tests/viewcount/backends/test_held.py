from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from testapp.models import Topic

from django_viewcount import flushing
from django_viewcount.api import attach_views, count_view, flush, get_views
from django_viewcount.backends import held, redis
from django_viewcount.backends.redis import RedisBackend

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


class SlowPipeline:
    """Runs each read on its own, and `between` before the one of that number."""

    def __init__(self, client: Any, number: int, between: Callable[[], None]) -> None:
        self.client, self.number, self.between = client, number, between
        self.answers: list[Any] = []

    def pipeline(self, transaction: bool) -> SlowPipeline:
        return self

    def hmget(self, name: str, fields: list[str]) -> None:
        if len(self.answers) == self.number:
            self.between()
        self.answers.append(self.client.hmget(name, fields))

    def execute(self) -> list[Any]:
        if len(self.answers) == self.number:
            self.between()
        return self.answers


@pytest.mark.django_db
@pytest.mark.parametrize("moment", ["before pend", "before batch", "before the database"])
@pytest.mark.parametrize("step", ["claim", "move", "release"])
def test_views_are_the_same_to_a_reader_in_the_middle(
    moment: str, step: str, redis_backend: RedisBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A flush that gets as far as `step` between two reads of a reader changes nothing."""
    topic = Topic.objects.create(name="Jazz")
    count_view(None, topic, views=5)

    def advance() -> None:
        batch = redis_backend.claim(Topic, None)
        assert batch
        if step != "claim":
            assert flushing.move(batch, "default")
        if step == "release":
            redis_backend.release(batch, None)

    def slowly(client: Any, wanted: Any) -> Any:
        number = ["before pend", "before batch", "before the database"].index(moment)
        return held.held_views(SlowPipeline(client, number, advance), wanted)

    monkeypatch.setattr(redis, "held_views", slowly)

    assert get_views(topic) == 5


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
