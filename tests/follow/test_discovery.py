from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from django_follow import api, discovery
from django_follow.exceptions import NoSuchEdge
from django_follow.models import FollowRequest

pytestmark = pytest.mark.django_db


class TestLists:
    def test_of_users(self, ann, crowd, statements):
        friend, idol, fan, other = crowd(4)
        api.follow_many(ann, [friend, idol])
        for follower in (friend, fan):
            api.follow(follower, ann)
        api.follow_many(friend, [other, idol])

        with statements() as seen:
            assert list(api.mutuals(ann)) == [friend]
            assert list(api.not_following_back(ann)) == [idol]
            assert list(api.known_followers(ann, idol)) == [friend]
        assert len(seen) == 3
        assert list(api.known_followers(AnonymousUser(), idol)) == []

    def test_composable(self, ann, bo):
        api.follow(ann, bo)
        api.follow(bo, ann)

        assert api.mutuals(ann).filter(username="bo").exclude(pk=ann.pk).count() == 1


class TestFollowersYouKnow:
    def test_count_and_newest(self, ann, crowd):
        star, *friends = crowd(8)
        api.follow_many(ann, friends)
        for friend in friends[::-1]:
            api.follow(friend, star)

        found = api.followers_you_know(ann, star)

        assert found == api.KnownFollowers(7, tuple(friends[:5]))
        assert set(api.known_followers(ann, star)) == set(friends)

    @pytest.mark.parametrize("number", [1, 50])
    def test_two_queries(self, number, ann, bo, crowd, statements):
        stars = crowd(number)
        api.follow(ann, bo)
        api.follow_many(bo, stars)

        with statements() as seen:
            found = api.followers_you_know(ann, stars)
            assert {known.sample for known in found.values()} == {(bo,)}

        assert list(found) == [star.pk for star in stars]
        assert len(seen) == 2

    def test_nobody_costs_nothing(self, ann, django_assert_num_queries):
        with django_assert_num_queries(0):
            assert api.followers_you_know(AnonymousUser(), ann) == api.KnownFollowers()
            assert api.followers_you_know(ann, []) == {}

    def test_only_users(self, ann, tea):
        with pytest.raises(NoSuchEdge):
            api.followers_you_know(ann, tea)


class TestSuggestions:
    def test_friends_of_friends_before_the_popular(self, ann, crowd):
        one, two, near, nearer, star, *fans = crowd(10)
        api.follow_many(ann, [one, two])
        api.follow_many(one, [near, nearer])
        api.follow(two, nearer)
        for fan in fans:
            api.follow(fan, star)

        found = api.suggestions(ann)

        assert found == [
            api.Suggestion(nearer, "followed_by_following", 2, api.KnownFollowers(2, (two, one))),
            api.Suggestion(near, "followed_by_following", 1, api.KnownFollowers(1, (one,))),
            api.Suggestion(star, "popular", 5),
        ]
        assert api.suggestions(ann, limit=1) == found[:1]

    def test_never(self, ann, bo, crowd):
        followed, requested, blocked, blocking, muted, hidden, left, good = crowd(8)
        everybody = [followed, requested, blocked, blocking, muted, hidden, left, good]
        api.follow_many(ann, [bo, followed])
        for someone in everybody:
            api.follow(bo, someone)
        api.follow(bo, ann)
        FollowRequest.objects.create(follower=ann, followee=requested)
        api.block(ann, blocked)
        api.block(blocking, ann)
        api.mute(ann, muted)
        api.hide_suggestion(ann, hidden)
        left.is_active = False
        left.save()

        assert [(found.user, found.reason) for found in api.suggestions(ann)] == [
            (good, "followed_by_following")
        ]

    def test_a_mute_that_expired(self, ann, bo, make_user):
        star = make_user()
        api.follow(bo, star)
        api.mute(ann, star, until=timezone.now() - dt.timedelta(1))

        assert [found.user for found in api.suggestions(ann)] == [star]

    def test_who_follows_everybody_recommends_nobody(self, ann, crowd, monkeypatch):
        monkeypatch.setattr(discovery, "CHOOSY", 2)
        choosy, crawler, one, two, three = crowd(5)
        api.follow_many(ann, [choosy, crawler])
        api.follow_many(choosy, [one])
        api.follow_many(crawler, [one, two, three])

        found = {suggestion.user: suggestion for suggestion in api.suggestions(ann)}

        assert found[one].score == 1
        assert {found[two].reason, found[three].reason} == {"popular"}

    def test_bounds(self, ann, crowd, monkeypatch):
        """Only those followed last are asked; only the newest edges tell who is popular."""
        monkeypatch.setattr(discovery, "SOURCES", 1)
        monkeypatch.setattr(discovery, "RECENT", 1)
        first, last, old, new = crowd(4)
        api.follow(ann, first)
        api.follow(ann, last)
        api.follow(first, old)
        api.follow(last, new)
        assert [found.user for found in api.suggestions(ann)] == [new]

        api.follow(first, last)
        assert api.suggestions(AnonymousUser()) == [api.Suggestion(last, "popular", 1)]

    @pytest.mark.parametrize("number", [1, 50])
    def test_constant_queries(self, number, ann, bo, crowd, statements):
        api.follow(ann, bo)
        api.follow_many(bo, crowd(number))

        with statements() as seen:
            assert len(api.suggestions(ann, limit=number)) == number
        assert len(seen) == 5
        with statements() as seen:
            assert len(api.suggestions(ann, limit=number + 1)) == number
        assert len(seen) <= 7
