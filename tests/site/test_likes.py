from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from images.models import Image

from .conftest import make_image, make_member


@pytest.fixture
def images(bo: User) -> list[Image]:
    return [make_image(bo, f"Picture {number}") for number in range(3)]


def totals() -> list[int]:
    """The numbers kept, after checking them against the likes there are."""
    for image in Image.objects.all():
        assert image.total_likes == image.users_like.count()
    return list(Image.objects.order_by("pk").values_list("total_likes", flat=True))


def test_from_the_picture(ann: User, bo: User, images: list[Image]) -> None:
    one, two, _ = images
    one.users_like.add(ann, bo)
    one.users_like.add(ann)
    two.users_like.set([ann])
    assert totals() == [2, 1, 0]
    one.users_like.remove(bo)
    two.users_like.set([])
    assert totals() == [1, 0, 0]
    one.users_like.clear()
    assert totals() == [0, 0, 0]


def test_from_the_member(ann: User, bo: User, images: list[Image]) -> None:
    ann.images_liked.add(*images)
    bo.images_liked.add(images[0])
    assert totals() == [2, 1, 1]
    ann.images_liked.remove(images[0])
    assert totals() == [1, 1, 1]
    ann.images_liked.set([images[0], images[1]])
    assert totals() == [2, 1, 0]
    ann.images_liked.clear()
    assert totals() == [1, 0, 0]
    ann.images_liked.clear()
    assert totals() == [1, 0, 0]


def test_deleted_member(ann: User, images: list[Image]) -> None:
    other = make_member("cleo")
    ann.images_liked.add(*images)
    other.images_liked.add(images[0])
    ann.delete()
    assert totals() == [1, 0, 0]
    User.objects.filter(username="cleo").delete()
    assert totals() == [0, 0, 0]


def test_button_as_json(signed_in: Client, image: Image) -> None:
    def send(action: str) -> dict:
        data = {"id": image.pk, "action": action}
        headers = {"accept": "application/json"}
        return signed_in.post("/images/like/", data, headers=headers).json()

    assert send("like") == {"status": "ok", "liked": True, "total_likes": 1}
    assert send("like") == {"status": "ok", "liked": True, "total_likes": 1}
    assert send("unlike") == {"status": "ok", "liked": False, "total_likes": 0}
    assert send("unlike") == {"status": "ok", "liked": False, "total_likes": 0}


def test_button_as_form(signed_in: Client, image: Image) -> None:
    data = {"id": image.pk, "action": "like", "next": "/images/?page=1"}
    assert signed_in.post("/images/like/", data).url == "/images/?page=1"
    text = signed_in.get(image.get_absolute_url()).content.decode()
    assert 'value="unlike" aria-pressed="true">Unlike<' in text
