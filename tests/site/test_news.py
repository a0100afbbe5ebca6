"""What is new since a member's last visit."""

from __future__ import annotations

import re

from django.contrib.auth.models import User
from django.test import Client

from django_follow.api import follow
from images.models import Image
from images.services import like

from .conftest import make_image, make_member


def cursor(client: Client, path: str = "/") -> str:
    text = client.get(path).content.decode()
    return re.search(r'name="cursor" value="([^"]+)"', text)[1]


def test_new_since_the_last_visit(signed_in: Client, ann: User, bo: User) -> None:
    follow(ann, bo)
    make_image(bo, "First")
    assert "new since" not in signed_in.get("/").content.decode()
    assert signed_in.post("/", {"cursor": cursor(signed_in)}).url == "/"
    for title in ("Second", "Third"):
        make_image(bo, title)
    assert "<b>2</b> new since your last visit" in signed_in.get("/").content.decode()
    signed_in.post("/", {"cursor": cursor(signed_in)})
    assert "new since" not in signed_in.get("/").content.decode()


def test_looking_is_not_reading(signed_in: Client, ann: User, bo: User) -> None:
    follow(ann, bo)
    make_image(bo, "First")
    signed_in.post("/", {"cursor": cursor(signed_in)})
    make_image(bo, "Second")
    for _ in range(2):
        assert "<b>1</b> new" in signed_in.get("/").content.decode()


def test_asked_by_the_page(signed_in: Client, ann: User, bo: User) -> None:
    follow(ann, bo)
    make_image(bo, "First")
    since = cursor(signed_in)
    assert signed_in.get("/news/around/", {"since": since}).json() == {"new": 0}
    make_image(bo, "Second")
    assert signed_in.get("/news/around/", {"since": since}).json() == {"new": 1}


def test_what_others_did_to_a_member(
    signed_in: Client, ann: User, bo: User, image: Image, django_capture_on_commit_callbacks
) -> None:
    mine = make_image(ann, "My own")
    assert "Nobody has followed you" in signed_in.get("/you/").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        follow(bo, ann)
    like(bo, mine)
    like(bo, image)
    like(ann, mine)
    text = re.sub(r"<[^>]+>|\s+", " ", signed_in.get("/you/").content.decode())
    text = re.sub(r"\s+", " ", text)
    assert "bo likes My own" in text
    assert "bo is following ann" in text
    assert "A view" not in text
    assert "ann likes" not in text


def test_members_of_one_deed_are_told_together(signed_in: Client, ann: User, image: Image) -> None:
    follow(ann, image.user)
    for name in ("cleo", "dora", "emil"):
        member = make_member(name)
        follow(ann, member)
        like(member, image)
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", signed_in.get("/").content.decode()))
    assert "emil, dora and 1 other like A view" in text
