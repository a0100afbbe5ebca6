from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image as Picture

from account.services import register
from django_follow.api import follow
from images.models import Image
from images.services import bookmark, like


@pytest.fixture(autouse=True)
def _site(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.VIEWCOUNT_REDIS_URL = None


def picture_bytes(kind: str = "PNG", size: tuple[int, int] = (40, 30), mode: str = "RGB") -> bytes:
    buffer = BytesIO()
    Picture.new(mode, size, "teal").save(buffer, kind)
    return buffer.getvalue()


def upload(data: bytes | None = None, name: str = "photo.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture_bytes() if data is None else data, "image/png")


def make_member(username: str) -> User:
    member = User(username=username, email=f"{username}@example.com")
    member.set_password("a fine secret")
    return register(member)


def make_image(member: User, title: str = "A view") -> Image:
    return bookmark(
        Image(user=member, title=title), ContentFile(picture_bytes("JPEG"), name="p.jpg")
    )


@pytest.fixture
def ann(db) -> User:
    return make_member("ann")


@pytest.fixture
def bo(db) -> User:
    return make_member("bo")


@pytest.fixture
def image(bo: User) -> Image:
    return make_image(bo)


@pytest.fixture
def signed_in(client, ann: User):
    client.force_login(ann)
    return client


@pytest.fixture
def populate(ann: User):
    """Add so many members, each followed, with a picture that others like."""

    def add(number: int) -> None:
        for _ in range(number):
            member = make_member(f"member{User.objects.count()}")
            image = make_image(member, f"Picture {member.pk}")
            make_image(ann, f"Mine {member.pk}")
            follow(ann, member)
            follow(member, ann)
            like(member, image)
            like(ann, image)

    return add
