"""Single changes of the graph."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from actstream import actions as stream
from actstream.follows import delete_orphaned_follows
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models.signals import pre_delete
from friendship.models import Follow as Friendship

from django_follow import api

from ..measuring import Contender, Timing, compare, milliseconds, timed
from ..tables import Row, times
from .graph import People

User = get_user_model()


def rows(people: People, rounds: int = 400) -> Iterator[Row]:
    found = list(User.objects.filter(pk__gte=people.fresh).order_by("pk")[: 3 * (rounds + 10)])
    ones, others, spare = found[::3], found[1::3], found[2::3]
    followed = compare(
        rounds,
        ours=Contender(lambda i: api.follow(ones[i], others[i])),
        friendship=Contender(lambda i: Friendship.objects.add_follower(ones[i], others[i])),
        stream=Contender(lambda i: stream.follow(ones[i], others[i], send_action=False)),
        floor=Contender(lambda i: Friendship(follower=ones[i], followee=spare[i]).save()),
    )
    statements = Contender(lambda i: _raw_follow(others[i].pk, ones[i].pk))
    again = compare(
        rounds,
        ours=Contender(lambda i: api.follow(ones[i], others[i])),
        stream=Contender(lambda i: stream.follow(ones[i], others[i], send_action=False)),
        raw=statements,
    )
    yield Row(
        "new follow, with its block check, counts and signal",
        followed["ours"],
        followed["friendship"],
        followed["stream"],
        **times(followed["ours"], followed["friendship"], 1.5),
    )
    yield Row(
        "floor: a bare INSERT through the ORM",
        followed["floor"],
        **_to_floor(followed["ours"], followed["floor"]),
    )
    yield Row(
        "floor: the statements of a new follow without Django",
        again["raw"],
        **_to_floor(followed["ours"], again["raw"]),
    )
    yield Row("following again", again["ours"], "raises", again["stream"])
    removed = compare(
        rounds,
        ours=Contender(lambda i: api.unfollow(ones[i], others[i])),
        friendship=Contender(lambda i: Friendship.objects.remove_follower(ones[i], others[i])),
        stream=Contender(lambda i: stream.unfollow(ones[i], others[i]), around=listening),
    )
    yield Row(
        "unfollow",
        removed["ours"],
        removed["friendship"],
        removed["stream"],
        **times(removed["ours"], removed["friendship"], 0.75),
    )


def _to_floor(ours: Timing, floor: Timing) -> dict[str, Any]:
    return {"ratio": f"we cost {ours.median / floor.median:.2f} of it"}


def _raw_follow(one: int, other: int) -> None:
    database = connection.connection
    with database.transaction(), database.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_follow_follow (created, follower_id, followee_id)"
            " VALUES (now(), %s, %s) RETURNING id",
            [one, other],
        )
        cursor.execute(
            "INSERT INTO django_follow_followcount AS c (user_id, followers, following)"
            " VALUES (%s, 1, 0), (%s, 0, 1) ON CONFLICT (user_id) DO UPDATE SET"
            " followers = c.followers + excluded.followers,"
            " following = c.following + excluded.following",
            sorted([one, other]),
        )
        cursor.execute(
            "SELECT blocker_id FROM django_follow_block WHERE (blocker_id, blocked_id)"
            " IN ((%s, %s), (%s, %s))",
            [one, other, other, one],
        )
        cursor.fetchall()


@contextmanager
def listening() -> Iterator[None]:
    pre_delete.connect(delete_orphaned_follows)
    try:
        yield
    finally:
        pre_delete.disconnect(delete_orphaned_follows)


def departures(people: People) -> Iterator[Row]:
    celebrity = User.objects.get(pk=people.celebrity)
    fans = list(User.objects.filter(pk__gte=people.fresh).order_by("-pk")[:400])
    quiet = list(User.objects.filter(pk__gte=people.fresh).order_by("-pk")[400:800])
    edges = api.counts(celebrity).followers
    for fan in fans:
        api.follow(fan, quiet[fan.pk % 400])
    left = compare(
        200,
        celebrity=Contender(lambda i: api.unfollow(fans[i], celebrity)),
        other=Contender(lambda i: api.unfollow(fans[i], quiet[fans[i].pk % 400])),
    )
    cells = {"ratio": f"{left['celebrity'].median / left['other'].median:.2f} of somebody else"}
    yield Row(f"unfollow somebody with {edges:,} followers", left["celebrity"], **cells)
    departing = User.objects.get(pk=people.departing)
    followers = api.counts(departing).followers
    deleted = timed(departing.delete)
    work = f"delete a user with {followers:,} followers"
    yield Row(work, f"{milliseconds(deleted.median)}, {deleted.statements} st")
