"""Whatever is sent, the answer is a page that says why, and never a crash."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.test import Client

from account import services
from account.models import Profile
from bookmarks.middleware import POLICY
from bookmarks.pages import media
from images.models import Image

from .conftest import make_member, picture_bytes, upload

HUGE = str(10**30)
DIGITS = "9" * 5000  # more than int() takes

GETS = [
    ("/nowhere/", 404),
    ("/people/nobody/", 404),
    ("/people/an%00n/", 404),
    ("/people/?page=abc", 404),
    ("/people/?page=0", 404),
    ("/people/?page=999999", 404),
    (f"/people/?page={DIGITS}", 404),
    ("/people/?order=sideways", 400),
    ("/people/?order=%00", 400),
    ("/people/ann/?before=zzz", 400),
    ("/people/ann/?before=%00", 400),
    ("/images/ranking/?period=year", 400),
    ("/images/ranking/?period=%00", 400),
    ("/people/?q=%00", 200),
    (f"/people/?q={'x' * 9000}", 200),
    ("/images/?page=abc", 404),
    ("/images/?page=%00", 404),
    (f"/images/?page={HUGE}", 404),
    (f"/images/{HUGE}/x/", 404),
    (f"/images/{DIGITS}/x/", 404),
    ("/images/0/x/", 404),
    ("/images/like/", 405),
    ("/logout/", 405),
    ("/follow/", 405),
]
MEMBER_GETS = [
    ("/profile/lists/secrets.csv", 404),
    ("/news/around/?since=zzz", 400),
    ("/you/?before=zzz", 400),
    ("/images/1/delete/", 405),
    ("/?before=zzz", 400),
    ("/?before=%00", 400),
    (f"/?before={HUGE}", 400),
]
LIKES = [
    ({}, 400),
    ({"id": "1"}, 400),
    ({"id": "1", "action": "toggle"}, 400),
    ({"action": "like"}, 400),
    ({"action": "like", "id": "abc"}, 400),
    ({"action": "like", "id": "1\x00"}, 400),
    ({"action": "like", "id": DIGITS}, 400),
    ({"action": "like", "id": "-1"}, 404),
    ({"action": "like", "id": HUGE}, 404),
]


def bomb() -> bytes:
    """A PNG of a few bytes that says it is 20 000 pixels wide and high."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 20_000, 20_000, 8, 0, 0, 0, 0))
    data = zlib.compress(bytes(20_001))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", data) + chunk(b"IEND", b"")


JPEG = picture_bytes("JPEG", (300, 300))
PNG = picture_bytes("PNG", (300, 300))
FILES = {
    "text": b"not a picture",
    "empty": b"",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "tiff": picture_bytes("TIFF"),
    "truncated JPEG": JPEG[: len(JPEG) // 2],
    "truncated PNG": PNG[: len(PNG) // 2],
    "damaged PNG": PNG[:60] + b"\x00" * 40 + PNG[100:],
    "bomb": bomb(),
    "large bomb": bomb().replace(
        struct.pack(">II", 20_000, 20_000), struct.pack(">II", 8_000, 8_000)
    ),
    "too large": b"\xff\xd8" + bytes(5 * 1024 * 1024),
}


def readable(response, status: int) -> str:
    assert response.status_code == status
    text = response.content.decode()
    assert "<h1>" in text
    assert "Traceback" not in text
    return text


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize(("path", "status"), GETS)
def test_get(client: Client, ann: User, settings, path: str, status: int, debug: bool) -> None:
    settings.DEBUG = debug
    response = client.get(path)
    readable(response, status)
    assert (response.headers.get("Allow") is not None) == (status == 405)


@pytest.mark.parametrize(("path", "status"), MEMBER_GETS)
def test_get_as_member(signed_in: Client, path: str, status: int) -> None:
    readable(signed_in.get(path), status)


@pytest.mark.parametrize("path", ["/people/", "/people/ann/", "/images/", "/images/ranking/"])
def test_post_where_only_get_is_due(signed_in: Client, path: str) -> None:
    assert "GET" in readable(signed_in.post(path), 405)


@pytest.mark.parametrize("method", ["put", "delete", "patch", "options"])
@pytest.mark.parametrize("path", ["/login/", "/register/", "/profile/", "/images/new/"])
def test_other_methods(signed_in: Client, method: str, path: str) -> None:
    readable(getattr(signed_in, method)(path), 405)


@pytest.mark.parametrize("path", ["/", "/images/new/", "/profile/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_anonymous_is_sent_to_sign_in(client: Client, db, path: str, method: str) -> None:
    response = getattr(client, method)(path)
    assert response.status_code == 302
    assert response.url == f"/login/?next={path}"


@pytest.mark.parametrize(("data", "status"), LIKES)
def test_like(signed_in: Client, data: dict[str, str], status: int) -> None:
    readable(signed_in.post("/images/like/", data), status)
    response = signed_in.post("/images/like/", data, headers={"accept": "application/json"})
    assert response.status_code == status
    assert response.json()["status"] == "error"
    assert response.json()["message"]


@pytest.mark.parametrize(
    "url", ["https://elsewhere.example/", "//elsewhere.example", "\x00", "/\\e"]
)
def test_next_leads_to_this_site_only(signed_in: Client, image: Image, url: str) -> None:
    data = {"id": image.pk, "action": "like", "next": url}
    assert signed_in.post("/images/like/", data).url == image.get_absolute_url()


def test_like_anonymously(client: Client, image: Image) -> None:
    data = {"id": image.pk, "action": "like"}
    assert client.post("/images/like/", data).url.startswith("/login/?next=")
    response = client.post("/images/like/", data, headers={"accept": "application/json"})
    assert response.status_code == 401
    assert image.users_like.count() == 0


@pytest.mark.parametrize(
    "path", ["/images/like/", "/images/new/", "/profile/", "/logout/", "/login/", "/follow/"]
)
def test_missing_csrf_token(ann: User, path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ann)
    assert "reload the page" in readable(client.post(path, {"id": "1"}), 403)


@pytest.mark.parametrize("name", FILES)
def test_upload_that_is_no_picture(signed_in: Client, name: str) -> None:
    data = {"title": "A view", "image": upload(FILES[name])}
    assert "errorlist" in readable(signed_in.post("/images/new/", data), 400)
    assert not Image.objects.exists()
    data = {"email": "ann@example.com", "photo": upload(FILES[name])}
    assert "errorlist" in readable(signed_in.post("/profile/", data), 400)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"title": "A view"},
        {"title": "A view", "url": "nonsense nonsense"},
        {"title": "A view", "url": "ftp://example.com/p.png"},
        {"title": "A view", "url": "file:///etc/passwd"},
        {"title": "A view", "url": "https://me:secret@example.com/p.png"},
        {"title": "A view", "url": "https://example.com/" + "p" * 2000},
        {"title": "A view", "url": "https://example.com/\x00"},
        {"title": "A view", "url": "http://127.0.0.1:1/p.png"},
        {"title": "A view", "url": "http://[::1]/p.png"},
        {"title": "A view", "url": "https://example.com/p.png", "image": upload},
        {"title": "A" * 201, "image": upload},
        {"title": "A\x00", "image": upload},
        {"title": " ", "image": upload},
        {"title": "A view", "description": "d" * 2001, "image": upload},
    ],
)
def test_picture_form(signed_in: Client, data: dict) -> None:
    data = {key: value() if callable(value) else value for key, value in data.items()}
    text = readable(signed_in.post("/images/new/", data), 400)
    assert 'aria-invalid="true"' in text
    assert not Image.objects.exists()


GOOD = {
    "username": "cleo",
    "email": "cleo@example.com",
    "password1": "a fine secret",
    "password2": "a fine secret",
}


@pytest.mark.parametrize(
    "change",
    [
        {"username": ""},
        {"username": "ann"},
        {"username": "ANN"},
        {"username": "."},
        {"username": ".."},
        {"username": "a/b"},
        {"username": "ann@example.com"},
        {"username": "c\x00"},
        {"username": "c" * 151},
        {"email": "ANN@example.com"},
        {"email": "nobody"},
        {"email": ""},
        {"password2": "another secret"},
        {"password1": "timehut", "password2": "timehut"},
    ],
)
def test_register_form(client: Client, ann: User, change: dict[str, str]) -> None:
    text = readable(client.post("/register/", GOOD | change), 400)
    assert "errorlist" in text
    assert User.objects.count() == 1


@pytest.mark.parametrize("name", ["ann", "nobody", "", "ann\x00", "a" * 300, "nobody@example.com"])
def test_sign_in_form(client: Client, ann: User, name: str) -> None:
    text = readable(client.post("/login/", {"username": name, "password": "wrong"}), 400)
    assert "errorlist" in text


def test_unforeseen_crash_has_a_page(client: Client, ann: User, settings, monkeypatch) -> None:
    monkeypatch.setattr("account.views.members", lambda: 1 / 0)
    client.raise_request_exception = False
    response = client.get("/people/")
    readable(response, 500)
    assert response["Content-Security-Policy"] == POLICY


@pytest.mark.parametrize("debug", [True, False])
def test_a_form_sent_to_an_address_without_its_slash(client, settings, debug):
    settings.DEBUG = debug

    assert client.post("/images/like", {"id": "1", "action": "like"}).status_code == 404
    assert client.get("/images").url == "/images/"


@pytest.mark.parametrize("path", ["nothing.png", "x" * 300, "x/" * 3000, "../settings.py", ""])
def test_media_that_is_not_there(rf, path):
    request = rf.get(f"/media/{path}")
    request.user = AnonymousUser()

    assert media(request, path).status_code == 404


def test_name_that_was_taken_in_the_meantime(client: Client, db, monkeypatch) -> None:
    register = services.register

    def late(member: User, **kwargs: Any) -> User:
        make_member(member.username)
        return register(member, **kwargs)

    monkeypatch.setattr(services, "register", late)
    password = "tea-and-biscuits-9"
    data = {"username": "ann", "email": "a@example.com", "password1": password}
    response = client.post("/register/", {**data, "password2": password})
    assert response.status_code == 400
    assert "already exists" in response.content.decode()
    assert User.objects.count() == 1


@pytest.mark.parametrize("length", [254, 255])
def test_long_email(signed_in: Client, ann: User, length: int) -> None:
    email = "a@" + "b" * 60 + ".c" * ((length - 66) // 2) + ".com"
    email = "a" * (length - len(email)) + email
    assert len(email) == length
    status = signed_in.post("/profile/", {"email": email, "bio": ""}).status_code
    assert status == (302 if length == 254 else 400)


def test_lines_are_as_long_as_the_browser_counts_them(signed_in: Client, ann: User) -> None:
    data = {"email": "ann@example.com", "bio": "\r\n".join("x" * 250)}
    assert signed_in.post("/profile/", data).status_code == 302
    assert len(Profile.objects.get(user=ann).bio) == 499


def test_names_have_one_line(signed_in: Client, ann: User) -> None:
    data = {
        "email": "ann@example.com",
        "bio": "",
        "first_name": "Ann,\n\nyour account",
        "last_name": " K\tL",
    }
    assert signed_in.post("/profile/", data).status_code == 302
    ann.refresh_from_db()
    assert (ann.first_name, ann.last_name) == ("Ann, your account", "K L")


def test_language_of_a_page_that_was_posted(signed_in: Client) -> None:
    text = signed_in.post("/images/like/", {"id": "x"}).content.decode()
    assert 'name="next" value="/"' in text
