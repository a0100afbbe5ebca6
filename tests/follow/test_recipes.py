from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from testapp import friends

from django_follow.api import (
    accept,
    block,
    counts,
    follow,
    remove_follower,
    unfollow,
    withdraw,
)
from django_follow.exceptions import FollowError
from django_follow.models import Follow, FollowRequest
from django_follow.signals import follow_request_accepted, unfollowed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def connected(settings: Any) -> Iterator[None]:
    settings.FOLLOW_REQUIRES_APPROVAL = "testapp.friends.asks_first"
    friends.connect()
    yield
    follow_request_accepted.disconnect(friends.befriend, sender=FollowRequest)
    unfollowed.disconnect(friends.part, sender=Follow)


def pairs() -> set[tuple[str, str]]:
    return {(str(edge.follower), str(edge.followee)) for edge in Follow.objects.all()}


BOTH = {("ann", "bo"), ("bo", "ann")}


class TestFriends:
    def test_accepted_together(self, ann, bo, heard):
        request, _ = follow(ann, bo)
        assert pairs() == set()

        accept(request)

        assert pairs() == BOTH
        assert (counts(ann), counts(bo)) == ((1, 1), (1, 1))
        assert not FollowRequest.objects.exists()
        assert [name for name, _ in heard].count("followed") == 2

    @pytest.mark.parametrize("end", [unfollow, remove_follower, block])
    def test_removed_together(self, ann, bo, heard, end):
        accept(follow(ann, bo)[0])
        heard.clear()

        end(bo, ann)

        assert pairs() == set()
        assert (counts(ann), counts(bo)) == ((0, 0), (0, 0))
        assert [name for name, _ in heard].count("unfollowed") == 2

    def test_both_have_asked(self, ann, bo):
        """Accepting one request answers the other."""
        request, _ = follow(ann, bo)
        follow(bo, ann)

        accept(request)

        assert pairs() == BOTH
        assert not FollowRequest.objects.exists()

    def test_withdrawn(self, ann, bo):
        withdraw(follow(ann, bo)[0])

        assert pairs() == set()

    def test_however_an_edge_goes(self, ann, bo):
        accept(follow(ann, bo)[0])

        ann.following.remove(bo)

        assert pairs() == set()

    def test_no_room_for_the_way_back(self, ann, bo, make_user, settings):
        accept(follow(ann, make_user())[0])
        request, _ = follow(bo, ann)
        settings.FOLLOW_MAX_FOLLOWING = 1

        accept(request)

        assert not pairs() & BOTH
        assert counts(bo) == (0, 0)

    def test_a_deleted_friend(self, ann, bo, make_user, caplog):
        cy = make_user("cy")
        for pair in ((ann, bo), (cy, ann), (cy, bo)):
            accept(follow(*pair)[0])

        get_user_model().objects.filter(pk__in=[ann.pk, bo.pk]).delete()

        assert pairs() == set()
        assert counts(cy) == (0, 0)
        assert caplog.records == []

    def test_parting_before_the_way_back_is_there(self, ann, bo):
        request, _ = follow(ann, bo)
        inserts, threads = [], []

        def part() -> None:
            unfollow(ann, bo)
            connection.close()

        def watch(execute: Any, sql: str, *arguments: Any) -> Any:
            if (
                sql.startswith("INSERT INTO")
                and sql.split()[2].strip('`"') == "django_follow_follow"
            ):
                inserts.append(sql)
            if len(inserts) == 2 and not threads:
                threads.append(threading.Thread(target=part))
                threads[0].start()
                threads[0].join(timeout=1)  # it waits for the lock
            return execute(sql, *arguments)

        with connection.execute_wrapper(watch):
            accept(request)
        threads[0].join()

        assert pairs() == set()
        assert (counts(ann), counts(bo)) == ((0, 0), (0, 0))

    def test_accepting_and_parting_at_once(self, ann, bo, together, caplog):
        """Whoever comes last: both or none."""
        for round_ in range(12):
            asked, _ = follow(ann, bo)
            crossed, _ = follow(bo, ann)

            def act(
                number: int,
                asked: Any = asked,
                crossed: Any = crossed,
                third: bool = round_ % 3 == 0,
            ) -> None:
                with suppress(FollowError):  # the other was faster
                    if number == 0:
                        accept(asked)
                    elif number == 1:
                        accept(crossed)
                    elif number == 2:
                        unfollow(ann, bo)
                    elif third:
                        unfollow(bo, ann)

            assert together(4, act) == [None] * 4

            assert pairs() in (set(), BOTH)
            unfollow(ann, bo)
            assert pairs() == set()
            FollowRequest.objects.all().delete()
        call_command("follow_recount", "--check")
        assert "recursion" not in caplog.text
