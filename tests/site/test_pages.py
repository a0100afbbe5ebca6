from __future__ import annotations

import re
from itertools import pairwise

import pytest
from django.contrib.auth.models import User
from django.test import Client

from django_activity.models import Action
from django_follow.api import follow
from images.models import Image

from .conftest import make_image, make_member, upload


def crawl(client: Client) -> set[str]:
    """Follow every link of the site, and look at every page that answers."""
    seen: set[str] = set()
    waiting = ["/", "/images/", "/login/", "/register/"]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        response = client.get(path, follow=True)
        assert response.status_code == 200, path
        text = response.content.decode()
        if not response["Content-Type"].startswith("text/html"):
            continue
        assert len(text) < 150_000, path
        assert "<style" not in text, path
        assert " style=" not in text, path
        assert not re.search(r"<script(?![^>]* src=)", text), path
        assert not re.search(r'(?:src|href)="(?:https?:)?//', text), path
        assert text.count("<h1") == 1, path
        levels = [int(level) for level in re.findall(r"<h(\d)", text)]
        assert all(below - above <= 1 for above, below in pairwise(levels)), path
        assert not re.search(r"<img(?![^>]* alt=)", text), path
        base = response.redirect_chain[-1][0] if response.redirect_chain else path
        for link in re.findall(r'<a [^>]*href="([^"#]*)', text):
            link = link.replace("&amp;", "&")
            if not link.startswith("javascript:"):
                waiting.append(base.partition("?")[0] + link if link.startswith("?") else link)
    return seen


@pytest.mark.parametrize("member", [True, False])
def test_every_link_leads_to_a_page(
    client: Client, ann: User, populate, django_capture_on_commit_callbacks, member: bool
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        populate(26)
    if member:
        client.force_login(ann)
    seen = crawl(client)
    assert "/images/?page=2" in seen
    assert "/people/?page=2" in seen or "/people/?order=followed&page=2" in seen
    assert any(path.startswith("/?before=") for path in seen) == member


def test_titles_differ(signed_in: Client, image: Image) -> None:
    paths = ["/", "/people/", "/people/bo/", "/images/", "/images/new/", "/images/ranking/"]
    paths += ["/profile/", image.get_absolute_url(), "/nowhere/"]
    texts = [signed_in.get(path).content.decode() for path in paths]
    titles = {re.search(r"<title>(.*?)</title>", text, re.DOTALL)[1] for text in texts}
    assert len(titles) == len(paths)


@pytest.mark.parametrize("path", ["/people/", "/images/", "/images/ranking/"])
def test_current_page_is_marked(client: Client, db, path: str) -> None:
    assert f'href="{path}" aria-current="page"' in client.get(path).content.decode()


def test_newcomer_reads_what_everybody_did(signed_in: Client, image: Image) -> None:
    text = signed_in.get("/").content.decode()
    assert "You follow nobody yet" in text
    assert image.title in text


def test_home_holds_those_one_follows(signed_in: Client, ann: User, image: Image) -> None:
    make_image(make_member("cleo"), "Somebody else's")
    follow(ann, image.user)
    text = signed_in.get("/").content.decode()
    assert image.title in text
    assert "Somebody else" not in text


def test_gone_pictures_leave_the_streams(signed_in: Client, image: Image) -> None:
    assert "A view" in signed_in.get("/").content.decode()
    image.delete()
    assert "A view" not in signed_in.get("/").content.decode()


@pytest.mark.parametrize("name", ["ann", "ann@example.com", "ANN@EXAMPLE.COM"])
def test_sign_in_by_name_or_address(client: Client, ann: User, name: str) -> None:
    response = client.post("/login/", {"username": name, "password": "a fine secret"})
    assert response.url == "/"


def test_address_of_two_members_signs_in_nobody(client: Client, ann: User, bo: User) -> None:
    User.objects.update(email="both@example.com")
    data = {"username": "both@example.com", "password": "a fine secret"}
    assert client.post("/login/", data).status_code == 400


def test_closed_account(client: Client, ann: User) -> None:
    User.objects.update(is_active=False)
    data = {"username": "ann@example.com", "password": "a fine secret"}
    assert client.post("/login/", data).status_code == 400
    assert client.get("/people/ann/").status_code == 404


def test_sign_out(signed_in: Client) -> None:
    assert signed_in.post("/logout/").url == "/images/"
    assert signed_in.get("/").status_code == 302


def test_register(client: Client, db) -> None:
    data = {"username": "cleo", "first_name": "Cleo", "email": "cleo@example.com"}
    data |= {"password1": "a fine secret", "password2": "a fine secret"}
    assert client.post("/register/", data).url == "/"
    member = User.objects.get()
    assert member.profile.bio == ""
    assert member.check_password("a fine secret")
    assert Action.objects.get().verb == "created an account"
    assert "Welcome, Cleo" in client.get("/").content.decode()
    assert client.get("/register/").url == "/"


def test_profile(signed_in: Client, ann: User) -> None:
    data = {"first_name": "Ann", "email": "new@example.com", "bio": "Hello", "photo": upload()}
    assert signed_in.post("/profile/", data).url == "/people/ann/"
    ann = User.objects.get(pk=ann.pk)
    assert (ann.first_name, ann.email, ann.profile.bio) == ("Ann", "new@example.com", "Hello")
    with ann.profile.photo.open() as photo:
        assert photo.read(2) == b"\xff\xd8"


def test_changed_photo_replaces_the_file(
    signed_in: Client, ann: User, django_capture_on_commit_callbacks
) -> None:
    data = {"email": "ann@example.com"}
    signed_in.post("/profile/", data | {"photo": upload()})
    first = User.objects.get(pk=ann.pk).profile.photo
    with django_capture_on_commit_callbacks(execute=True):
        signed_in.post("/profile/", data | {"photo": upload()})
    second = User.objects.get(pk=ann.pk).profile.photo
    assert not first.storage.exists(first.name)
    assert second.storage.exists(second.name)
    with django_capture_on_commit_callbacks(execute=True):
        signed_in.post("/profile/", data | {"photo-clear": "on"})
    assert not User.objects.get(pk=ann.pk).profile.photo
    assert not second.storage.exists(second.name)


def test_member_without_profile(client: Client, db) -> None:
    member = User.objects.create_superuser("root", "root@example.com", "a fine secret")
    client.force_login(member)
    assert client.get("/people/").status_code == 200
    assert client.get("/people/root/").status_code == 200
    assert client.get("/profile/").status_code == 200
    client.post("/profile/", {"email": "root@example.com", "bio": "Hello"})
    assert User.objects.get().profile.bio == "Hello"
    for path in ("/admin/", "/admin/images/image/", "/admin/account/profile/"):
        assert client.get(path).status_code == 200


def test_bookmark_an_upload(signed_in: Client, ann: User) -> None:
    response = signed_in.post("/images/new/", {"title": "Ö", "image": upload()})
    image = Image.objects.get()
    assert response.url == image.get_absolute_url() == f"/images/{image.pk}/o/"
    assert (image.user, image.width, image.height) == (ann, 40, 30)
    assert signed_in.get(response.url).status_code == 200


def test_title_without_letters_has_a_slug(bo: User) -> None:
    assert make_image(bo, "観光").slug == "picture"


def test_old_slug_leads_to_the_picture(client: Client, image: Image) -> None:
    response = client.get(f"/images/{image.pk}/other/")
    assert (response.status_code, response.url) == (301, image.get_absolute_url())


def test_views_are_counted(client: Client, image: Image) -> None:
    agent = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko Firefox/140.0"}
    for _ in range(2):
        text = client.get(image.get_absolute_url(), headers=agent).content.decode()
    assert "<dd data-view-count>2</dd>" in text
    client.head(image.get_absolute_url(), headers=agent)
    ranking = client.get("/images/ranking/").content.decode()
    assert re.search(r"<b>2</b> views", ranking)


def test_pages_forbid_foreign_and_inline_code(client: Client, db) -> None:
    policy = client.get("/images/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
