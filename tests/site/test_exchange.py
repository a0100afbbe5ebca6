from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from account.models import Profile
from django_follow.api import block, follow
from django_follow.models import Follow

from .conftest import make_member


def send(client: Client, text: bytes):
    return client.post("/profile/lists/", {"file": SimpleUploadedFile("following.csv", text)})


def test_there_and_back(signed_in: Client, ann: User, bo: User) -> None:
    follow(ann, bo)
    response = signed_in.get("/profile/lists/following.csv")
    assert response["Content-Disposition"] == 'attachment; filename="following.csv"'
    assert response.content.startswith(b"Account address,")
    Follow.objects.all().delete()
    assert send(signed_in, response.content).url == f"/follow/following/{ann.pk}/"
    assert Follow.objects.filter(follower=ann, followee=bo).exists()
    assert "1 more person" in signed_in.get("/images/").content.decode()


@pytest.mark.parametrize("kind", ["following", "followers", "blocks", "mutes", "requests"])
def test_every_list(signed_in: Client, ann: User, kind: str) -> None:
    block(ann, make_member("zoe"))
    response = signed_in.get(f"/profile/lists/{kind}.csv")
    assert response.status_code == 200
    assert (b"zoe" in response.content) == (kind == "blocks")


def test_what_cannot_be_followed_is_said(signed_in: Client, ann: User, bo: User) -> None:
    cleo = make_member("cleo")
    Profile.objects.filter(user=cleo).update(private=True)
    text = send(signed_in, b"bo\ncleo\nnobody\nann\n\xff\xfe\n").content.decode()
    assert "<p>You now follow 1 more person.</p><p>1 was asked first.</p>" in text
    assert "Line 3: nobody" in text
    assert "Line 4: ann" in text
    assert Follow.objects.get().followee == bo


@pytest.mark.parametrize("text", [b"", b"x" * (1024 * 1024 + 1)], ids=["empty", "large"])
def test_files_that_are_none(signed_in: Client, text: bytes) -> None:
    assert send(signed_in, text).status_code == 400


def test_limit(signed_in: Client, settings) -> None:
    settings.FOLLOW_MAX_FOLLOWING = 1
    for name in ("bo", "cleo"):
        make_member(name)
    assert "the rest was left out" in send(signed_in, b"bo\ncleo\n").content.decode()
    assert Follow.objects.count() == 1
