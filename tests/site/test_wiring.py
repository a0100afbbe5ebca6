from __future__ import annotations

from datetime import datetime, timezone

from django.contrib.auth.models import User

from django_activity.models import Action
from django_follow.api import follow, unfollow
from images.models import Image
from images.services import like, unlike

MORNING = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)


def logged() -> list[tuple]:
    return [(a.actor, a.verb, a.target, a.created) for a in Action.objects.order_by("pk")]


def test_registration(ann: User) -> None:
    assert logged() == [(ann, "created an account", None, ann.date_joined)]


def test_bookmark(image: Image) -> None:
    assert logged()[-1] == (image.user, "bookmarked image", image, image.created)


def test_like(ann: User, image: Image) -> None:
    assert like(ann, image, at=MORNING)
    assert logged()[-1] == (ann, "likes", image, MORNING)
    assert not like(ann, image)
    unlike(ann, image)
    assert len(logged()) == 3


def test_follow(ann: User, bo: User, django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        follow(ann, bo, created=MORNING)
        follow(ann, bo)
        unfollow(ann, bo)
    assert logged()[2:] == []
