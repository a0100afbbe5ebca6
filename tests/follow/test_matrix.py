"""Named people who are all there is to be to each other; every reader must say the same of them."""

from __future__ import annotations

import datetime as dt
from itertools import product

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from django_follow import api
from django_follow.exceptions import Blocked, Blocking
from django_follow.models import Block, Follow, FollowRequest, Mute

pytestmark = pytest.mark.django_db

NAMES = (
    "ann",  # follows most, some of whom follow back
    "public",
    "private",  # approves followers, and has accepted ann only
    "blocking",  # blocks ann, who followed before
    "blocked",  # is blocked by ann, whom they followed before
    "muted",  # muted by ann for good
    "unmuted",  # a mute that has expired
    "deactivated",  # left, and is followed still
    "fan",  # follows everybody who lets them
    "stranger",
)


@pytest.fixture
def people(make_user, settings):
    people = {name: make_user(name) for name in NAMES}
    settings.FOLLOW_REQUIRES_APPROVAL = lambda follower, followee: followee.username == "private"
    ann, fan = people["ann"], people["fan"]
    for follower, name in product((ann, fan), NAMES[1:8]):
        api.follow(follower, people[name])
    api.accept(FollowRequest.objects.get(follower=ann))
    for name in ("public", "private", "muted", "deactivated", "blocked", "fan"):
        api.follow(people[name], ann)
    api.follow(people["public"], people["unmuted"])
    api.follow(people["stranger"], people["private"])
    api.block(people["blocking"], ann)
    api.block(ann, people["blocked"])
    api.mute(ann, people["muted"])
    api.mute(ann, people["unmuted"], until=timezone.now() - dt.timedelta(hours=1))
    people["deactivated"].is_active = False
    people["deactivated"].save()
    return people


def everybody(edges, end):
    """The nodes at one end of all pages of a list."""
    found, cursor = [], None
    while True:
        page = edges.select_related(end).page(2, before=cursor)
        found += page.nodes(end)
        cursor = page.next_cursor
        if cursor is None:
            return found


def test_what_ann_is_to_everybody(people):
    """The truth, in full, against which the readers are compared below."""
    ann = people["ann"]
    both = {"following": True, "followed_by": True}

    assert {name: api.relationship(ann, people[name]) for name in NAMES} == {
        "ann": api.Relationship(),
        "public": api.Relationship(**both),
        "private": api.Relationship(**both),
        "blocking": api.Relationship(blocked_by=True),
        "blocked": api.Relationship(blocking=True),
        "muted": api.Relationship(**both, muting=True),
        "unmuted": api.Relationship(following=True),
        "deactivated": api.Relationship(**both),
        "fan": api.Relationship(followed_by=True),
        "stranger": api.Relationship(),
    }
    assert api.relationship(people["fan"], people["private"]) == api.Relationship(requested=True)


def test_every_count_is_the_length_of_its_list(people):
    for person in people.values():
        followers = everybody(Follow.objects.to(person), "follower")
        following = everybody(Follow.objects.of(person), "followee")

        assert api.counts(person) == (len(followers), len(following))
        assert len(set(followers)) == len(followers)
        assert set(person.followers.all()) == set(followers)
        assert set(person.following.all()) == set(following)
        assert person.followers.count() == len(followers)
    assert api.counts(people["ann"]) == (5, 5)
    assert api.counts(people["deactivated"]) == (2, 1)


@pytest.mark.parametrize("name", NAMES)
def test_all_readers_agree(name, people):
    viewer, others = people[name], list(people.values())
    bulk = api.relationships(viewer, others)
    annotated = {
        user.pk: api.known_relationship(user)
        for user in api.with_relationship(get_user_model().objects.all(), viewer)
    }
    attached = api.attach_relationships(viewer, list(get_user_model().objects.all()))
    following, followers = set(viewer.following.all()), set(viewer.followers.all())

    assert bulk == annotated == {user.pk: user.relationship for user in attached}
    for other in others:
        state = bulk[other.pk]
        back = api.relationship(other, viewer)
        assert api.relationship(viewer, other) == state
        assert state.following is api.is_following(viewer, other) is (other in following)
        assert state.followed_by is api.is_following(other, viewer) is (other in followers)
        assert (back.followed_by, back.requested_by, back.blocked_by) == (
            state.following,
            state.requested,
            state.blocking,
        )
        assert state.requested is FollowRequest.objects.of(viewer).to(other).exists()
        assert state.blocking is Block.objects.of(viewer).to(other).exists()
        assert state.muting is Mute.objects.active().of(viewer).to(other).exists()
        if state.blocking or state.blocked_by:
            assert not any((*state[:4], *back[:4]))  # no edge and no request


@pytest.mark.parametrize("name", NAMES)
def test_lists_of_people(name, people):
    viewer = people[name]
    state = {other: api.relationship(viewer, other) for other in people.values()}

    assert set(api.mutuals(viewer)) == {one for one in state if state[one].mutual}
    assert set(api.not_following_back(viewer)) == {
        one for one in state if state[one].following and not state[one].followed_by
    }
    known = api.followers_you_know(viewer, people.values())
    for other in people.values():
        listed = set(api.known_followers(viewer, other))
        assert listed == set(other.followers.all()) & set(viewer.following.all())
        assert known[other.pk].count == len(listed)
        assert set(known[other.pk].sample) <= listed
        assert len(known[other.pk].sample) == min(len(listed), 5)
        assert api.followers_you_know(viewer, other) == known[other.pk]


@pytest.mark.parametrize("name", NAMES)
def test_suggestions(name, people):
    viewer = people[name]

    found = api.suggestions(viewer, limit=50)

    users = [suggestion.user for suggestion in found]
    assert len(set(users)) == len(users)
    assert viewer not in users
    for suggestion in found:
        state = api.relationship(viewer, suggestion.user)
        assert state in (api.Relationship(), api.Relationship(followed_by=True))
        assert suggestion.user.is_active
        if suggestion.reason == "followed_by_following":
            assert suggestion.score == suggestion.known.count > 0
            assert suggestion.known == api.followers_you_know(viewer, suggestion.user)
        else:
            assert api.followers_you_know(viewer, suggestion.user).count == 0


@pytest.mark.parametrize("name", NAMES)
def test_who_may_follow(name, people):
    """Whoever a reader says is blocked is refused, and nobody else is."""
    viewer = people[name]
    for other in set(people.values()) - {viewer}:
        state = api.relationship(viewer, other)
        if state.blocking or state.blocked_by:
            with pytest.raises(Blocking if state.blocking else Blocked):
                api.follow(viewer, other)
        else:
            found, created = api.follow(viewer, other)
            assert created is not (state.following or state.requested)
            asks = other.username == "private" and not state.following
            assert isinstance(found, FollowRequest if asks else Follow)
    for person in people.values():
        assert api.counts(person) == (person.followers.count(), person.following.count())


def test_may_see_list(people):
    ann = people["ann"]

    assert {name for name in NAMES if not api.may_see_list(ann, people[name], "followers")} == {
        "blocking"
    }
