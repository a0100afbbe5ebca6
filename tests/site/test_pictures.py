from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import FileSystemStorage
from django.test import Client
from PIL import Image as Picture

from images.models import Image

from .conftest import make_image


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
