from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from testapp.models import Profile

from django_follow import api
from django_follow.exceptions import NoSuchEdge
from django_follow.models import FollowRequest, Mute

pytestmark = pytest.mark.django_db


class TestCounts:
    def test_of_a_user(self, ann, bo, make_user, django_assert_num_queries):
        cy = make_user("cy")
        api.follow_many(ann, [bo, cy])
        api.follow(bo, ann)

        with django_assert_num_queries(1):
            assert api.counts(ann) == api.Counts(followers=1, following=2)
        assert api.counts(cy) == (1, 0)

    def test_nobody(self, ann):
        assert api.counts(ann) == (0, 0)


class TestRelationship:
    @pytest.mark.parametrize(
        ("write", "mine", "theirs"),
        [
            (api.follow, "following", "followed_by"),
            (api.block, "blocking", "blocked_by"),
            (api.mute, "muting", None),
        ],
    )
    def test_each_thing_from_both_sides(self, write, mine, theirs, ann, bo, make_user):
        write(ann, bo)

        assert api.relationship(ann, bo) == api.Relationship(**{mine: True})
        assert api.relationship(bo, ann) == api.Relationship(**({theirs: True} if theirs else {}))
        assert api.relationship(make_user(), bo) == api.Relationship()

    def test_requests(self, ann, bo):
        FollowRequest.objects.create(follower=ann, followee=bo)

        assert api.relationship(ann, bo) == api.Relationship(requested=True)
        assert api.relationship(bo, ann) == api.Relationship(requested_by=True)

    def test_all_at_once(self, ann, bo):
        api.follow(ann, bo)
        api.follow(bo, ann)
        api.mute(ann, bo)

        found = api.relationship(ann, bo)
        assert found == api.Relationship(following=True, followed_by=True, muting=True)
        assert found.mutual is True
        assert api.relationship(ann, ann) == api.Relationship()

    @pytest.mark.parametrize("number", [1, 50])
    def test_one_query(self, number, ann, crowd, django_assert_num_queries):
        others = crowd(number)
        api.follow_many(ann, others)

        with django_assert_num_queries(1):
            found = api.relationships(ann, others)

        assert list(found) == [other.pk for other in others]
        assert all(state.following for state in found.values())

    def test_anonymous_costs_nothing(self, ann, bo, django_assert_num_queries):
        with django_assert_num_queries(0):
            found = api.relationships(AnonymousUser(), [ann, bo])
            assert api.relationships(ann, []) == {}

        assert set(found.values()) == {api.Relationship()}

    def test_only_users(self, ann, tea):
        for read in (
            lambda: api.counts(tea),
            lambda: api.relationship(ann, tea),
            lambda: api.attach_relationships(ann, [tea]),
        ):
            with pytest.raises(NoSuchEdge, match="counts and relationships are those of users"):
                read()


class TestAttach:
    def test_via(self, ann, bo, django_assert_num_queries):
        api.follow(ann, bo)
        page = [Profile(user=bo), Profile(user=ann), Profile(user=bo)]

        with django_assert_num_queries(1):
            assert api.attach_relationships(ann, page, via="user") is page

        assert [item.relationship.following for item in page] == [True, False, True]
        assert [item.user.relationship.following for item in page] == [True, False, True]

    def test_somebody_is_missing(self, ann):
        item = type("Anonymous", (), {"author": None})()

        api.attach_relationships(ann, [item], via="author")

        assert item.relationship == api.Relationship()


class TestAnnotation:
    @pytest.mark.parametrize("number", [1, 50])
    def test_costs_no_further_query(self, number, ann, crowd, django_assert_num_queries):
        api.follow_many(ann, crowd(number))

        with django_assert_num_queries(1):
            users = list(api.with_relationship(get_user_model().objects.exclude(pk=ann.pk), ann))

        assert [api.known_relationship(user) for user in users] == [
            api.Relationship(following=True)
        ] * number

    def test_filter_and_via(self, ann, bo, make_user):
        api.follow(ann, bo)
        mine, other = (Profile.objects.create(user=user) for user in (bo, make_user()))

        found = api.with_relationship(Profile.objects.order_by("pk"), ann, via="user")

        assert [profile.viewer_following for profile in found] == [True, False]
        assert list(found.filter(viewer_following=True)) == [mine]
        assert list(found.filter(viewer_following=False)) == [other]

    def test_anonymous(self, ann):
        (found,) = api.with_relationship(get_user_model().objects.all(), AnonymousUser())

        assert api.known_relationship(found) == api.Relationship()

    def test_nothing_is_known(self, ann):
        ann.relationship = "a name of the project's own"

        assert api.known_relationship(ann) is None


class TestMutes:
    def test_readers_agree_about_one_that_expired(self, ann, bo):
        Mute.objects.create(muter=ann, muted=bo, until=timezone.now() - dt.timedelta(1))

        users = get_user_model().objects.filter(pk=bo.pk)
        assert api.relationship(ann, bo).muting is False
        assert api.with_relationship(users, ann).get().viewer_muting is False


class TestMaySeeList:
    def test_rule(self, ann, bo, settings, django_assert_num_queries):
        assert api.may_see_list(AnonymousUser(), bo, "followers") is True

        asked = []
        settings.FOLLOW_LIST_VISIBILITY = lambda *args: asked.append(args) or ""
        with django_assert_num_queries(1):
            assert api.may_see_list(ann, bo, "following") is False
        assert asked == [(ann, bo, "following")]

    def test_owner_and_blocked(self, ann, bo, settings, django_assert_num_queries):
        api.block(bo, ann)
        assert api.may_see_list(ann, bo, "followers") is False
        assert api.may_see_list(bo, ann, "followers") is True

        settings.FOLLOW_LIST_VISIBILITY = lambda *args: False
        with django_assert_num_queries(0):
            assert api.may_see_list(bo, bo, "followers") is True
