from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.db import transaction
from django.test import Client
from PIL import Image as Picture
from PIL.PngImagePlugin import PngInfo

from bookmarks.pictures import read_picture
from images import services
from images.models import Image

from .conftest import make_image, picture_bytes


def test_thumbnail(image: Image) -> None:
    with Picture.open(image.thumbnail.path) as thumbnail:
        assert (thumbnail.format, thumbnail.size) == ("WEBP", (480, 360))


def test_pages_open_no_file(client: Client, image: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise AssertionError("a page looked for a file")

    monkeypatch.setattr(FileSystemStorage, "exists", refuse)
    monkeypatch.setattr(FileSystemStorage, "open", refuse)
    assert Path(image.thumbnail.url).suffix == ".webp"
    text = client.get("/images/").content.decode()
    assert image.thumbnail.url in text
    assert client.get(image.get_absolute_url()).status_code == 200


def test_delete(
    client: Client, ann: User, image: Image, django_capture_on_commit_callbacks
) -> None:
    files = [Path(image.image.path), Path(image.thumbnail.path)]
    path = f"/images/{image.pk}/delete/"
    assert client.post(path).url.startswith("/login/")
    client.force_login(ann)
    assert client.post(path).status_code == 403
    assert all(file.exists() for file in files)
    client.force_login(image.user)
    assert "Delete this picture" in client.get(image.get_absolute_url()).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(path).url == "/people/bo/"
    assert not any(file.exists() for file in files)
    assert not Image.objects.exists()
    assert client.post(path).status_code == 404


@pytest.mark.parametrize("whole", ["picture", "member"])
def test_files_go_with_what_they_belong_to(
    bo: User, image: Image, whole: str, django_capture_on_commit_callbacks
) -> None:
    bo.profile.photo.save("bo.png", ContentFile(picture_bytes()))
    files = [Path(image.image.path), Path(image.thumbnail.path)]
    files += [Path(bo.profile.photo.path)] if whole == "member" else []
    gone = Image.objects.all() if whole == "picture" else User.objects.filter(pk=bo.pk)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        gone.delete()
        raise ZeroDivisionError
    assert all(file.exists() for file in files)
    with django_capture_on_commit_callbacks(execute=True):
        gone.delete()  # as the admin does
    assert not any(file.exists() for file in files)


def test_deleted_meanwhile(signed_in: Client, ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = services.lock

    def late(image: Image) -> None:
        Image.objects.filter(pk=image.pk).delete()
        lock(image)

    monkeypatch.setattr(services, "lock", late)
    for number, action in enumerate(("like", "unlike", "delete")):
        image = make_image(ann, f"Mine {number}")
        data = {"id": image.pk, "action": action}
        path = f"/images/{image.pk}/delete/" if action == "delete" else "/images/like/"
        assert signed_in.post(path, data).status_code == 404


@pytest.mark.parametrize("size", [(1, 1600), (1600, 1)])
def test_thin_pictures_are_not_blown_up(
    bo: User, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes, resize = [], Picture.Image.resize

    def spy(picture: Picture.Image, size: tuple[int, int], *args: Any, **kwargs: Any) -> Any:
        sizes.append(size)
        return resize(picture, size, *args, **kwargs)

    monkeypatch.setattr(Picture.Image, "resize", spy)
    image = Image(user=bo, title="A line")
    services.bookmark(image, ContentFile(picture_bytes(size=size), name="line.png"))
    with Picture.open(image.thumbnail.path) as thumbnail:
        assert thumbnail.size == (480, 360)
    assert sizes
    assert max(width * height for width, height in sizes) <= 480 * 360


@pytest.mark.parametrize("kind", ["JPEG", "GIF", "PNG"])
def test_comments_are_left_out(kind: str) -> None:
    info = PngInfo()
    info.add_text("comment", "SECRET")
    options = {"pnginfo": info} if kind == "PNG" else {"comment": b"SECRET"}
    file = BytesIO()
    Picture.new("RGB", (40, 30)).save(file, kind, **options)
    assert b"SECRET" in file.getvalue()
    assert b"SECRET" not in read_picture(file, 100).read()


def test_sixteen_bits_of_grey() -> None:
    file = BytesIO()
    Picture.new("I;16", (40, 30), 30000).save(file, "PNG")
    with Picture.open(read_picture(file, 100)) as picture:
        assert 115 <= picture.convert("L").getpixel((20, 15)) <= 119


def test_address_and_title_come_along(signed_in: Client) -> None:
    url = "https://example.com/a.jpg?x=1&y=%22%3E"
    text = signed_in.get("/images/new/", {"url": url, "title": '"><b>'}).content.decode()
    assert 'value="&quot;&gt;&lt;b&gt;"' in text
    assert 'value="https://example.com/a.jpg?x=1&amp;y=%22%3E"' in text


def test_bookmarklet_holds_the_whole_script(signed_in: Client) -> None:
    text = signed_in.get("/images/new/").content.decode()
    link = re.search(r'data-bookmarklet|href="(javascript:[^"]+)"', text)[1]
    script = unquote(link)
    assert "http://testserver/images/new/" in script
    assert "WORDS" not in script
    assert len(link) < 4000


@pytest.mark.parametrize("period", ["day", "week", "all", "trending"])
def test_rankings(client: Client, bo: User, period: str) -> None:
    agent = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko Firefox/140.0"}
    few, many = make_image(bo, "Few"), make_image(bo, "Many")
    for image in (few, many, many):
        client.get(image.get_absolute_url(), headers=agent)
    text = client.get("/images/ranking/", {"period": period}).content.decode()
    assert text.index(">Many<") < text.index(">Few<")


def test_ones_own_by_views(signed_in: Client, ann: User, bo: User) -> None:
    agent = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko Firefox/140.0"}
    mine, others = make_image(ann, "Mine"), make_image(bo, "Not mine")
    make_image(ann, "Unseen")
    for image in (mine, others):
        signed_in.get(image.get_absolute_url(), headers=agent)
    text = signed_in.get("/images/mine/").content.decode()
    assert text.index(">Mine<") < text.index("<b>1</b> view") < text.index(">Unseen<")
    assert text.index(">Unseen<") < text.index("<b>0</b> views")
    assert "Not mine" not in text
