from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from django_follow import api
from django_follow.exceptions import Blocked, Blocking, NoSuchEdge, SelfFollow, UnsavedNode
from django_follow.models import Block, Follow, FollowRequest, HiddenSuggestion, Mute

pytestmark = pytest.mark.django_db

WRITES = [api.block, api.unblock, api.mute, api.unmute, api.hide_suggestion]


class TestRefusals:
    @pytest.mark.parametrize("write", WRITES)
    def test_typed(self, write, ann, tea):
        for other, error in ((ann, SelfFollow), (AnonymousUser(), UnsavedNode), (tea, NoSuchEdge)):
            with pytest.raises(error):
                write(ann, other)

    @pytest.mark.parametrize("write", [api.block, api.mute, api.hide_suggestion])
    @pytest.mark.django_db(transaction=True)
    def test_a_deleted_user(self, write, make_user):
        ann, bo = make_user("ann"), make_user("bo")
        type(bo).objects.filter(pk=bo.pk).delete()

        with pytest.raises(UnsavedNode):
            write(ann, bo)


class TestBlock:
    def test_severs_both_directions_and_requests(self, ann, bo, make_user, exact):
        cy = make_user("cy")
        for pair in ((ann, bo), (bo, ann), (cy, ann)):
            api.follow(*pair)
        FollowRequest.objects.create(follower=ann, followee=bo)
        FollowRequest.objects.create(follower=bo, followee=ann)

        block, created = api.block(ann, bo)

        assert (block.blocker, block.blocked, created) == (ann, bo, True)
        assert [edge.follower for edge in Follow.objects.all()] == [cy]
        assert FollowRequest.objects.count() == 0
        assert api.counts(ann) == (1, 0)
        exact()

    def test_again(self, ann, bo):
        block, _ = api.block(ann, bo)

        assert api.block(ann, bo) == (block, False)

    def test_statements(self, ann, bo, statements):
        with statements() as seen:
            api.block(ann, bo)
        assert seen == [
            "SELECT follow",
            "INSERT follow",  # in place of the edges that others may insert at this moment
            "INSERT followcount",  # adds nothing: the lock that every request waits for
            "INSERT block",
            "DELETE follow",
            "DELETE followrequest",
        ]

        api.unblock(ann, bo)
        api.follow(ann, bo)
        api.follow(bo, ann)
        with statements() as seen:
            api.block(ann, bo)
        assert seen == [
            "SELECT follow",
            "INSERT followcount",
            "INSERT block",
            "DELETE follow",
            "INSERT followcount",
            "DELETE followrequest",
        ]

    def test_signals(self, ann, bo, heard, django_capture_on_commit_callbacks):
        api.follow(bo, ann)

        with django_capture_on_commit_callbacks(execute=True):
            block, _ = api.block(ann, bo)
            api.block(ann, bo)
            api.unblock(ann, bo)
            api.unblock(ann, bo)

        assert [name for name, _ in heard] == ["unfollowed", "blocked", "unblocked"]
        assert (heard[0][1]["follower"], heard[0][1]["followee"]) == (bo, ann)
        for _, details in heard[1:]:
            assert (details["sender"], details["blocker"], details["blocked"]) == (Block, ann, bo)
        assert heard[1][1]["block"] == block

    def test_unblock(self, ann, bo, statements):
        api.block(ann, bo)

        with statements() as seen:
            assert api.unblock(bo, ann) is False
            assert api.unblock(ann, bo) is True
            assert api.unblock(ann, bo) is False
        assert seen == ["DELETE block"] * 3
        assert api.follow(bo, ann)[1] is True


class TestMute:
    def test_for_good_and_again_for_a_time(self, ann, bo):
        mute, created = api.mute(ann, bo)
        assert (mute.until, created) == (None, True)

        again, created = api.mute(ann, bo, until=dt.timedelta(hours=1))
        assert (again.pk, created) == (mute.pk, False)
        left = Mute.objects.get().until - timezone.now()
        assert dt.timedelta(minutes=59) < left <= dt.timedelta(hours=1)

        assert api.mute(ann, bo)[0].until is None

    def test_expires_by_itself(self, ann, bo):
        api.mute(ann, bo, until=timezone.now() - dt.timedelta(seconds=1))

        assert api.relationship(ann, bo).muting is False
        assert Mute.objects.active().count() == 0

        api.mute(ann, bo, until=timezone.now() + dt.timedelta(days=1))
        assert api.relationship(ann, bo).muting is True
        assert api.relationship(bo, ann) == api.Relationship()  # the other never knows

    def test_changes_no_list_and_no_count(self, ann, bo):
        api.follow(ann, bo)
        api.mute(ann, bo)

        assert list(ann.following.all()) == [bo]
        assert api.counts(bo) == (1, 0)

    def test_statements(self, ann, bo, statements):
        until = timezone.now()
        with statements() as seen:
            api.mute(ann, bo)
        assert seen == ["INSERT mute"]
        with statements() as seen:
            api.mute(ann, bo, until=until)
        assert seen[1:] == ["SELECT mute", "UPDATE mute"]
        with statements() as seen:
            api.unmute(ann, bo)
        assert seen == ["DELETE mute"]

    def test_signals(self, ann, bo, heard, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            api.mute(ann, bo)
            api.mute(ann, bo, until=dt.timedelta(days=1))
            assert api.unmute(ann, bo) is True
            assert api.unmute(ann, bo) is False

        assert [name for name, _ in heard] == ["muted", "unmuted"]
        for _, details in heard:
            assert (details["sender"], details["muter"], details["muted"]) == (Mute, ann, bo)


class TestHideSuggestion:
    def test_once(self, ann, bo, statements):
        with statements() as seen:
            assert api.hide_suggestion(ann, bo) is True
        assert seen == ["INSERT hiddensuggestion"]
        assert api.hide_suggestion(ann, bo) is False
        assert HiddenSuggestion.objects.count() == 1


@pytest.mark.django_db(transaction=True)
class TestConcurrency:
    def test_never_an_edge_beside_a_block(self, make_user, together, exact):
        """Follows from both sides and through both functions, in eight connections."""
        ann, bo = make_user("ann"), make_user("bo")
        follows = [
            lambda: api.follow(ann, bo),
            lambda: api.follow(bo, ann),
            lambda: api.follow_many(bo, [ann]),
        ]

        for _ in range(10):
            results = together(
                8,
                lambda number: api.block(ann, bo) if number == 0 else follows[number % 3](),
            )

            assert Follow.objects.count() == 0
            assert Block.objects.count() == 1
            failed = {type(result) for result in results if isinstance(result, Exception)}
            assert failed <= {Blocked, Blocking}
            exact()
            api.unblock(ann, bo)

    def test_transfer_of_followers(self, make_user, together, exact):
        ann, bo, fan = make_user("ann"), make_user("bo"), make_user("fan")
        for _ in range(15):
            api.follow(fan, ann)

            results = together(
                2,
                lambda number: api.block(bo, fan) if number else api.transfer_followers(ann, bo),
            )

            assert not [result for result in results if isinstance(result, Exception)]
            assert not Follow.objects.to(bo).exists()
            exact()
            api.unblock(bo, fan)
            api.unfollow(fan, ann)

    def test_both_block_while_somebody_unfollows(self, make_user, together, exact):
        ann, bo = make_user("ann"), make_user("bo")
        writes = [
            lambda: api.block(ann, bo),
            lambda: api.block(bo, ann),
            lambda: api.unfollow(ann, bo),
            lambda: api.unfollow(bo, ann),
        ]
        for _ in range(10):
            api.follow(ann, bo)
            api.follow(bo, ann)

            results = together(4, lambda number: writes[number]())

            assert not [result for result in results if isinstance(result, Exception)]
            assert (Block.objects.count(), Follow.objects.count()) == (2, 0)
            exact()
            api.unblock(ann, bo)
            api.unblock(bo, ann)
