"""What a private member does is for their followers, and a block hides both from each other."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client

from account.models import Profile
from django_follow.api import block, follow, mute
from django_follow.models import Follow, FollowRequest
from images.models import Image
from images.services import like

from .conftest import make_image, make_member
from .test_news import cursor

PLACES = ["/images/", "/images/ranking/?period=all", "/people/bo/", "/people/cleo/", "/", "/you/"]
FEEDS = ["/activity/public/rss/", "/activity/actors/{bo}/atom/", "/activity/public/?size=20"]


def words(client: Client, path: str) -> str:
    return re.sub(r"(<[^>]+>|\s)+", " ", client.get(path).content.decode())


@pytest.fixture
def private(bo: User) -> User:
    Profile.objects.filter(user=bo).update(private=True)
    return User.objects.get(pk=bo.pk)


@pytest.fixture
def seen(client: Client, bo: User, image: Image) -> Callable[[User | None], bool]:
    """Is the picture anywhere on the site, to this member or a guest?"""
    cleo = make_member("cleo")
    like(cleo, image)
    agent = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko Firefox/140.0"}

    def look(viewer: User | None) -> bool:
        client.logout()
        if viewer:
            client.force_login(viewer)
        found = {client.get(image.get_absolute_url(), headers=agent).status_code == 200}
        for place in PLACES if viewer else [*PLACES[:-2], *FEEDS]:
            found.add(image.title in client.get(place.format(bo=bo.pk)).content.decode())
        return any(found)

    return look


def test_guests_see_what_is_public(seen, ann: User) -> None:
    assert seen(None)
    assert seen(ann)


def test_private(seen, ann: User, private: User) -> None:
    assert not seen(None)
    assert not seen(ann)
    assert seen(private)
    Follow.objects.create(follower=ann, followee=private)
    assert seen(ann)


def test_nobody_guesses_the_address_of_a_file(ann: User, image: Image) -> None:
    names = {Path(made.image.name).stem for made in (image, make_image(ann, image.title))}
    assert len(names) == 2
    assert all(re.fullmatch(r"[a-z-]+-[0-9a-f]{16}", name) for name in names)
    assert Path(image.image.name).stem in image.thumbnail.name


@pytest.mark.parametrize("blocker", ["ann", "bo"])
def test_block(seen, ann: User, bo: User, blocker: str) -> None:
    block(*((ann, bo) if blocker == "ann" else (bo, ann)))
    assert not seen(ann)
    assert seen(None)


def test_hidden_pictures_cannot_be_liked(signed_in: Client, image: Image, private: User) -> None:
    data = {"id": image.pk, "action": "like"}
    assert signed_in.post("/images/like/", data).status_code == 404


def test_muted_members_are_not_heard_of(signed_in: Client, ann: User, image: Image) -> None:
    follow(ann, image.user)
    assert image.title in signed_in.get("/").content.decode()
    mute(ann, image.user)
    assert image.title not in signed_in.get("/").content.decode()


def test_what_is_done_to_private_members_is_for_their_followers(
    client: Client, ann: User, private: User, django_capture_on_commit_callbacks
) -> None:
    cleo = make_member("cleo")
    with django_capture_on_commit_callbacks(execute=True):
        Follow.objects.create(follower=cleo, followee=private)
        follow(ann, cleo)
    places = {None: [*FEEDS, "/people/cleo/"], ann: ["/", "/people/cleo/"]}

    def told(viewer: User | None) -> list[bool]:
        client.logout()
        if viewer:
            client.force_login(viewer)
        texts = [client.get(place.format(bo=cleo.pk)).content.decode() for place in places[viewer]]
        return ["/people/bo/" in text or "following bo" in text for text in texts]

    assert not any(told(None) + told(ann))
    Follow.objects.create(follower=ann, followee=private)
    assert all(told(ann))


def test_nothing_is_counted_as_new_that_is_not_shown(
    signed_in: Client, ann: User, image: Image, private: User
) -> None:
    cleo = make_member("cleo")
    follow(ann, cleo)
    make_image(cleo, "First")
    since = cursor(signed_in)
    signed_in.post("/", {"cursor": since})
    like(cleo, image)
    assert signed_in.get("/news/around/", {"since": since}).json() == {"new": 0}
    assert "new since" not in signed_in.get("/").content.decode()
    Follow.objects.create(follower=ann, followee=private)
    assert signed_in.get("/news/around/", {"since": since}).json() == {"new": 1}


@pytest.mark.parametrize("hides", ["private", "blocks", "is closed"])
def test_likers(signed_in: Client, ann: User, bo: User, hides: str) -> None:
    image = make_image(ann)
    like(bo, image)
    path = image.get_absolute_url()
    assert "/people/bo/" in signed_in.get(path).content.decode()
    if hides == "private":
        Profile.objects.filter(user=bo).update(private=True)
    elif hides == "blocks":
        block(bo, ann)
    else:
        User.objects.filter(pk=bo.pk).update(is_active=False)
    assert "/people/bo/" not in signed_in.get(path).content.decode()


def test_closed_accounts_show_nothing(seen, ann: User, bo: User) -> None:
    User.objects.filter(pk=bo.pk).update(is_active=False)
    assert not seen(None)
    assert not seen(ann)


def test_who_follows_a_hidden_member_is_not_told(signed_in: Client, ann: User, bo: User) -> None:
    cleo = make_member("cleo")
    follow(ann, cleo)
    follow(cleo, bo)
    assert "whom you follow" in words(signed_in, "/people/bo/")
    Profile.objects.filter(user=bo).update(private=True)
    assert "whom you follow" not in words(signed_in, "/people/bo/")


def test_private_members_are_asked(
    signed_in: Client, ann: User, private: User, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        signed_in.post("/follow/", {"id": private.pk, "action": "follow"})
    assert FollowRequest.objects.filter(follower=ann, followee=private).exists()
    signed_in.force_login(private)
    assert "1 request" in signed_in.get("/images/").content.decode()
    assert "private" in signed_in.get("/people/bo/").content.decode()
    signed_in.post("/follow/", {"id": ann.pk, "action": "accept"})
    assert Follow.objects.filter(follower=ann, followee=private).exists()


def test_who_becomes_public_accepts_all(client: Client, ann: User, private: User) -> None:
    follow(ann, private)
    client.force_login(private)
    data = {"email": "bo@example.com", "bio": ""}
    client.post("/profile/", {**data, "private": "on"})
    assert not Follow.objects.exists()
    client.post("/profile/", data)
    assert Follow.objects.filter(follower=ann, followee=private).exists()
    assert not FollowRequest.objects.exists()


def test_becoming_public_does_not_fail_for_one_who_follows_too_many(
    client: Client, ann: User, private: User, settings
) -> None:
    cleo = make_member("cleo")
    follow(ann, private)
    follow(cleo, private)
    follow(ann, cleo)
    settings.FOLLOW_MAX_FOLLOWING = 1
    client.force_login(private)
    assert client.post("/profile/", {"email": "bo@example.com", "bio": ""}).status_code == 302
    assert list(Follow.objects.filter(followee=private).values_list("follower")) == [(cleo.pk,)]
    assert list(FollowRequest.objects.values_list("follower")) == [(ann.pk,)]


def test_lists_of_private_members(client: Client, ann: User, private: User) -> None:
    for path in (f"/follow/followers/{private.pk}/", f"/follow/following/{private.pk}/"):
        client.force_login(ann)
        assert client.get(path).status_code == 403
        client.force_login(private)
        assert client.get(path).status_code == 200
