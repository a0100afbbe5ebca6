from __future__ import annotations

import pytest

from django_follow import api
from django_follow.exceptions import Blocked, Blocking, LimitReached, NoSuchRequest
from django_follow.models import Follow, FollowRequest

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def bo_approves(settings):
    settings.FOLLOW_REQUIRES_APPROVAL = lambda follower, followee: followee.username == "bo"


class TestAsk:
    def test_a_request_and_no_edge(self, ann, bo):
        request, created = api.follow(ann, bo)

        assert created is True
        assert isinstance(request, FollowRequest)
        assert (request.follower, request.followee) == (ann, bo)
        assert Follow.objects.count() == 0
        assert api.counts(bo) == (0, 0)
        assert list(bo.followers.all()) == []

    def test_again(self, ann, bo):
        request, _ = api.follow(ann, bo)

        assert api.follow(ann, bo) == (request, False)

    def test_who_follows_already_need_not_ask(self, ann, bo):
        edge = api.accept(api.follow(ann, bo)[0])

        assert api.follow(ann, bo) == (edge, False)
        assert FollowRequest.objects.count() == 0

    def test_statements(self, ann, bo, statements):
        with statements() as seen:
            api.follow(ann, bo)

        assert seen == [
            "SELECT follow",
            "INSERT followcount",  # adds nothing: the lock that block() waits for
            "INSERT followrequest",
            "SELECT block",
            "SELECT follow",
        ]

    def test_blocks(self, ann, bo):
        api.block(bo, ann)
        with pytest.raises(Blocked):
            api.follow(ann, bo)

        api.unblock(bo, ann)
        api.block(ann, bo)
        with pytest.raises(Blocking):
            api.follow(ann, bo)
        assert FollowRequest.objects.count() == 0

    def test_by_dotted_path(self, ann, bo, settings):
        settings.FOLLOW_REQUIRES_APPROVAL = "operator.ne"

        assert isinstance(api.follow(bo, ann)[0], FollowRequest)

    def test_topics_approve_nobody(self, ann, tea):
        api.follow(ann, tea)

        assert api.is_following(ann, tea) is True


class TestAccept:
    def test_becomes_an_edge(self, ann, bo, exact):
        request, _ = api.follow(ann, bo)

        edge = api.accept(request)

        assert (edge.follower, edge.followee) == (ann, bo)
        assert FollowRequest.objects.count() == 0
        assert api.counts(bo) == (1, 0)
        exact()

    def test_twice(self, ann, bo, heard, django_capture_on_commit_callbacks):
        request, _ = api.follow(ann, bo)

        with django_capture_on_commit_callbacks(execute=True):
            assert api.accept(request) == api.accept(request)

        assert [name for name, _ in heard] == ["followed", "follow_request_accepted"]
        assert heard[1][1]["edge"] == heard[0][1]["edge"] == Follow.objects.get()
        assert api.counts(bo) == (1, 0)

    def test_statements(self, ann, bo, statements):
        api.follow(ann, bo)
        request = FollowRequest.objects.select_related("follower", "followee").get()

        with statements() as seen:
            api.accept(request)

        assert seen == [
            "INSERT follow",
            "INSERT followcount",
            "SELECT block",
            "DELETE followrequest",
        ]

    @pytest.mark.parametrize("end", [api.withdraw, api.reject])
    def test_after_its_end(self, end, ann, bo, exact):
        request, _ = api.follow(ann, bo)
        end(request)

        with pytest.raises(NoSuchRequest) as caught:
            api.accept(request)

        assert caught.value.code == "no_such_request"
        assert Follow.objects.count() == 0
        exact()

    def test_after_a_block(self, ann, bo):
        request, _ = api.follow(ann, bo)
        api.block(bo, ann)

        with pytest.raises(Blocked):
            api.accept(request)
        assert Follow.objects.count() == 0

    def test_after_its_follower_is_deleted(self, ann, bo):
        api.follow(ann, bo)
        request = FollowRequest.objects.get()
        ann.delete()

        with pytest.raises(NoSuchRequest):
            api.accept(request)

    def test_limit(self, ann, bo, make_user, settings):
        request, _ = api.follow(ann, bo)
        settings.FOLLOW_MAX_FOLLOWING = 1
        api.follow(ann, make_user())

        with pytest.raises(LimitReached):
            api.accept(request)

        assert FollowRequest.objects.count() == 1  # it can be accepted once there is room


class TestEnd:
    @pytest.mark.parametrize("name", ["withdraw", "reject"])
    def test_once(self, name, ann, bo, heard, statements, django_capture_on_commit_callbacks):
        request, _ = api.follow(ann, bo)
        end = getattr(api, name)

        with django_capture_on_commit_callbacks(execute=True), statements() as seen:
            assert end(request) is True
            assert end(request) is False

        assert seen == ["DELETE followrequest"] * 2
        sent = {"withdraw": "withdrawn", "reject": "rejected"}[name]
        ((signal, details),) = heard
        assert signal == f"follow_request_{sent}"
        assert (details["sender"], details["follower"]) == (FollowRequest, ann)
        assert details["followee"] == bo
        assert api.follow(ann, bo)[1] is True  # may ask again


@pytest.mark.django_db(transaction=True)
class TestConcurrency:
    def test_accept_or_withdraw(self, make_user, together, exact):
        ann, bo = make_user("ann"), make_user("bo")
        for _ in range(10):
            request, _ = api.follow(ann, bo)

            accepted, withdrawn = together(
                2, lambda number, request=request: (api.withdraw if number else api.accept)(request)
            )

            assert FollowRequest.objects.count() == 0
            assert Follow.objects.count() == (not withdrawn)
            assert isinstance(accepted, NoSuchRequest if withdrawn else Follow)
            exact()
            api.unfollow(ann, bo)

    def test_eight_accept(self, make_user, together, exact):
        request, _ = api.follow(make_user("ann"), make_user("bo"))

        results = together(8, lambda _: api.accept(request))

        assert set(results) == {Follow.objects.get()}
        exact()

    def test_no_request_beside_a_block(self, make_user, together):
        ann, bo = make_user("ann"), make_user("bo")
        for _ in range(20):
            results = together(
                3, lambda number: api.follow(ann, bo) if number else api.block(bo, ann)
            )

            assert FollowRequest.objects.count() == 0
            assert all(isinstance(result, (tuple, Blocked)) for result in results)
            api.unblock(bo, ann)
