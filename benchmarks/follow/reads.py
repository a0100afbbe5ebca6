"""Lists, buttons and suggestions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from actstream import actions as stream
from actstream.models import Follow as StreamFollow
from django.contrib.auth import get_user_model
from django.core.cache import cache
from friendship.models import Follow as Friendship

from django_follow import api
from django_follow.models import Follow

from ..measuring import Contender, Timing, compare, milliseconds
from ..tables import Row, times, within
from .graph import EACH, LISTED, People

User = get_user_model()


def rows(people: People) -> Iterator[Row]:
    user, viewer = User.objects.get(pk=people.ordinary), User.objects.get(pk=people.viewer)

    def ours(_: int) -> None:
        page = Follow.objects.to(user).select_related("follower").page(LISTED)
        api.attach_relationships(viewer, page.nodes("follower"))

    def friendship(_: int) -> None:
        for follower in Friendship.objects.followers(user):
            Friendship.objects.follows(viewer, follower)

    def activity_stream(_: int) -> None:
        for follower in StreamFollow.objects.followers(user)[:LISTED]:
            stream.is_following(viewer, follower)

    page = compare(
        30,
        ours=Contender(ours),
        cold=Contender(friendship, prepare=cache.clear),
        warm=Contender(friendship),
        stream=Contender(activity_stream),
    )
    bar = times(page["ours"], page["cold"], 0.15)
    bar["bar"] += ", ≤ 2 st"
    bar["met"] = bar["met"] and page["ours"].statements <= 2
    work = "page of 50 followers with button state"
    yield Row(work, page["ours"], page["cold"], page["stream"], **bar)
    yield Row(
        "the same, when django-friendship has cached the list",
        page["ours"],
        page["warm"],
        **times(page["ours"], page["warm"]),
    )
    others = [edge.follower for edge in Follow.objects.to(user).select_related("follower")]
    cache.clear()
    one = compare(
        100,
        ours=Contender(lambda i: api.is_following(viewer, others[i % 50])),
        friendship=Contender(lambda i: Friendship.objects.follows(viewer, others[i % 50])),
        stream=Contender(lambda i: stream.is_following(viewer, others[i % 50])),
    )
    yield Row(
        "is_following",
        one["ours"],
        one["friendship"],
        one["stream"],
        **times(one["ours"], one["friendship"]) | _at_most(1, one["ours"]),
    )
    many = compare(50, ours=Contender(lambda _: api.relationships(viewer, others)))["ours"]
    yield Row("relationships of 50", many, **_at_most(4, many))
    yield from lists(people)
    readers = [User.objects.get(pk=key) for key in (people.reader, people.keen)]
    found = compare(
        20,
        reader=Contender(lambda _: api.suggestions(readers[0])),
        keen=Contender(lambda _: api.suggestions(readers[1])),
    )
    assert all(api.suggestions(one)[0].reason == "followed_by_following" for one in readers)
    reader, keen = found["reader"], found["keen"]
    yield Row("suggestions for a user with 500 follows", reader, **within(reader, 0.05))
    yield Row(
        f"the same, among people who follow {EACH} each",
        keen,
        ratio=f"best {milliseconds(min(keen.times))}",
    )


def lists(people: People) -> Iterator[Row]:
    popular = User.objects.get(pk=people.popular)
    followers = Follow.objects.to(popular).select_related("follower")
    cursor = None
    for _ in range(999):
        cursor = followers.page(LISTED, cursor).next_cursor
    page = compare(
        100,
        first=Contender(lambda _: followers.page(LISTED)),
        last=Contender(lambda _: followers.page(LISTED, cursor)),
        stream=Contender(lambda _: list(StreamFollow.objects.followers(popular)[:LISTED])),
    )
    whole = compare(
        2,
        1,
        friendship=Contender(lambda _: Friendship.objects.followers(popular), prepare=cache.clear),
    )["friendship"]
    cache.clear()
    first, last = page["first"], page["last"]
    yield Row(
        "first page of 100,000 followers",
        first,
        whole,
        page["stream"],
        **within(first, 0.005),
    )
    cells = times(last, first, 1.3)
    cells["bar"] += " of the first, ≤ 5 ms"
    cells["met"] = cells["met"] and last.median <= 0.005
    yield Row("page 1,000 of them", last, **cells)


def _at_most(number: int, timing: Timing) -> dict[str, Any]:
    return {"bar": f"≤ {number} st", "met": timing.statements <= number}
