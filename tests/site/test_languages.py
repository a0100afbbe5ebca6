"""Each reader reads the site in a language of theirs: asked for by the browser, or chosen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core import mail
from django.test import Client
from django.utils.translation import gettext, override, pgettext

from django_follow.api import follow
from django_viewcount.models import ViewCount
from images.models import Image
from images.services import like
from tests.catalogues import locale_of, read

from .conftest import make_image, make_member

SWITCH = "/language/"


@pytest.fixture(autouse=True)
def _language_of_the_test() -> Iterator[None]:
    with override("en"):  # requests leave theirs behind
        yield


@pytest.fixture
def ask(client: Client) -> Callable[..., Any]:
    """Ask for a page as the browser of somebody who reads a language."""
    return lambda language, path, **more: client.get(
        path, headers={"Accept-Language": language, **more}
    )


def words(response: Any) -> str:
    """What a page says, without its markup."""
    text = re.sub(r"</?(b|a|span|time)\b[^>]*>", "", response.content.decode())
    return re.sub(r"(\s|&nbsp;|\xa0)+", " ", re.sub(r"<[^>]+>", " ", text))


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("es-MX,es;q=0.9,en;q=0.5", "es"),
        ("de,fr;q=0.9,es;q=0.1", "es"),
        ("zh-TW,zh;q=0.9", "zh-hant"),
        ("zh-HK", "zh-hant"),
        ("zh-Hant-TW", "zh-hant"),
        ("zh-CN,zh;q=0.9", "zh-hans"),
        ("zh", "zh-hans"),
        ("de", "en"),
        ("*", "en"),
        ("", "en"),
        ("es;q=much,,;;", "en"),
        ("../../etc", "en"),
    ],
)
@pytest.mark.django_db
def test_as_the_browser_asks(ask, accepted, language):
    response = ask(accepted, "/images/")
    assert f'<html lang="{language}">' in response.content.decode()
    assert response["Content-Language"] == language


@pytest.mark.parametrize(
    ("language", "heading", "people", "byline", "figures"),
    [
        ("en", "Newest pictures", "People", "by bo", ["1 like 1 view", "2 likes 12.3K views"]),
        (
            "es",
            "Imágenes más recientes",
            "Personas",
            "de bo",
            ["1 me gusta 1 visita", "2 me gusta 12,3 mil visitas"],
        ),
        (
            "zh-hant",
            "最新圖片",
            "使用者",
            "由 bo 收藏",
            ["1 個讚 1次瀏覽", "2 個讚 1.2萬次瀏覽"],
        ),
        (
            "zh-hans",
            "最新图片",
            "用户",
            "由 bo 收藏",
            ["1 个赞 1次浏览", "2 个赞 1.2万次浏览"],
        ),
    ],
)
def test_list_of_pictures(ask, ann, bo, image, language, heading, people, byline, figures):
    seen(image, 1)
    like(ann, image)
    popular = make_image(bo, "Second")
    seen(popular, 12_345)
    for member in (ann, bo):
        like(member, popular)

    response = ask(language, "/images/")
    page, text = response.content.decode(), words(response)

    assert f'<html lang="{language}">' in page
    assert f"<h1>{heading}</h1>" in page
    assert f'<a href="/people/">{people}</a>' in page
    assert byline in text
    assert [one for one in figures if one not in text] == []


def seen(image: Image, views: int) -> None:
    kind = ContentType.objects.get_for_model(Image)
    ViewCount.objects.create(content_type=kind, object_id=image.pk, views=views)


@pytest.mark.parametrize(
    ("language", "one", "two"),
    [
        ("en", "1 follower", "2 followers"),
        ("es", "1 seguidor", "2 seguidores"),
        ("zh-hant", "1 位追蹤者", "2 位追蹤者"),
        ("zh-hans", "1 位关注者", "2 位关注者"),
    ],
)
def test_plurals(ask, ann, bo, language, one, two):
    follow(ann, bo)
    for follower in (bo, make_member("cy")):
        follow(follower, ann)

    text = words(ask(language, "/people/"))

    assert f" {one} " in text
    assert f" {two} " in text


@pytest.mark.parametrize(
    ("language", "told", "saved"),
    [
        ("en", "emil, dora and 1 other like A view 0 minutes ago", "bo bookmarked A view"),
        (
            "es",
            "A emil, dora y 1 persona más les gusta A view hace 0 minutos",
            "bo ha guardado A view",
        ),
        ("zh-hant", "emil、dora 和另外 1 人 對 A view 按讚 0 分前", "bo 收藏了 A view"),
        ("zh-hans", "emil、dora 和另外 1 人 赞了 A view 0 分钟前", "bo 收藏了 A view"),
    ],
)
def test_stream(ask, client, ann, bo, image, language, told, saved):
    follow(ann, bo)
    for name in ("cleo", "dora", "emil"):
        member = make_member(name)
        follow(ann, member)
        like(member, image)
    client.force_login(ann)

    text = words(ask(language, "/"))

    assert told in text
    assert saved in text


@pytest.mark.parametrize(
    ("language", "message", "title", "missing", "mistake"),
    [
        (
            "en",
            "Sign in to like pictures.",
            "There is nothing here",
            "This page does not exist, or not any more.",
            "Our mistake",
        ),
        (
            "es",
            "Inicia sesión para indicar que te gusta una imagen.",
            "Aquí no hay nada",
            "Esta página no existe, o ya no existe.",
            "Ha sido culpa nuestra",
        ),
        (
            "zh-hant",
            "請先登入再對圖片按讚。",
            "這裡什麼也沒有",
            "此頁面不存在，或已被移除。",
            "是我們的問題",
        ),
        (
            "zh-hans",
            "请先登录再给图片点赞。",
            "这里什么也没有",
            "此页面不存在，或已被删除。",
            "是我们的问题",
        ),
    ],
)
@pytest.mark.django_db
def test_refusals(ask, client, monkeypatch, language, message, title, missing, mistake):
    spoken = {"Accept-Language": language}
    refused = client.post("/images/like/", headers={**spoken, "Accept": "application/json"})
    assert (refused.status_code, refused.json()["message"]) == (401, message)

    absent = ask(language, "/nowhere/")
    assert absent.status_code == 404
    assert f"<h1>{title}</h1>" in absent.content.decode()
    assert missing in absent.content.decode()
    assert ask(language, "/nowhere/", Accept="application/json").json()["message"] == missing

    monkeypatch.setattr("images.views.attach_views", None)
    client.raise_request_exception = False
    broken = ask(language, "/images/")
    assert broken.status_code == 500
    assert f'<html lang="{language}">' in broken.content.decode()
    assert f"<h1>{mistake}</h1>" in broken.content.decode()


@pytest.mark.parametrize(
    ("language", "subject", "greeting", "username"),
    [
        ("en", "A new password for testserver", "Hello ann,", "Your username is ann."),
        (
            "es",
            "Una contraseña nueva para testserver",
            "Hola, ann:",
            "Tu nombre de usuario es ann.",
        ),
        ("zh-hant", "為 testserver 設定新密碼", "ann，你好：", "你的使用者名稱是 ann。"),
        ("zh-hans", "为 testserver 设置新密码", "ann，你好：", "你的用户名是 ann。"),
    ],
)
def test_mail_for_a_new_password(client, ann, language, subject, greeting, username):
    client.post("/password/reset/", {"email": ann.email}, headers={"Accept-Language": language})

    (message,) = mail.outbox
    assert message.subject == subject
    assert message.body.startswith(f"{greeting}\n\n")
    assert re.search(r"\nhttp://testserver/password/reset/\S+\n", message.body)
    assert username in message.body


@pytest.mark.parametrize(
    ("language", "email", "password", "mark", "refusal"),
    [
        ("en", "E-mail address", "Password", "(required)", "This field is required."),
        ("es", "Correo electrónico", "Contraseña", "(obligatorio)", "Este campo es obligatorio."),
        ("zh-hant", "電子郵件", "密碼", "(必填)", "這個欄位是必須的。"),
        ("zh-hans", "电子邮件", "密码", "(必填)", "这个字段是必填项。"),
    ],
)
@pytest.mark.django_db
def test_forms(client, language, email, password, mark, refusal):
    response = client.post("/register/", {"email": ""}, headers={"Accept-Language": language})
    page = response.content.decode()

    mark = f' <span class="mark">{mark}</span>'
    assert f'<label for="id_email">{email}{mark}</label>' in page
    assert f'<label for="id_password1">{password}{mark}</label>' in page
    assert page.count(mark) == 4
    assert refusal in page


@pytest.mark.parametrize("language", ["es", "zh_Hant", "zh_Hans"])
def test_site_speaks_for_itself(language):
    """Where Django or an app says the same in English, the site's own words win."""
    path = locale_of("example_project") / language / "LC_MESSAGES" / "django.po"
    with override(language.lower().replace("_", "-")):
        for message in read(path):
            if message.id and isinstance(message.id, str):
                assert translated(message.id, message.context) == message.string


def translated(text: str, context: str | None) -> str:
    return pgettext(context, text) if context else gettext(text)


class TestSwitch:
    @pytest.fixture(params=["guest", "member"])
    def browser(self, request, client: Client, ann: User) -> Client:
        if request.param == "member":
            client.force_login(ann)
        return client

    def test_choose(self, browser):
        form = browser.get("/people/?order=newest").content.decode()
        assert f'<form class="languages" method="post" action="{SWITCH}">' in form
        assert '<input type="hidden" name="next" value="/people/?order=newest">' in form
        assert '<button name="language" value="en" lang="en" aria-current="true">' in form

        sent = browser.post(SWITCH, {"language": "zh-hant", "next": "/people/?order=newest"})
        assert (sent.status_code, sent.url) == (302, "/people/?order=newest")

        page = browser.get(sent.url, headers={"Accept-Language": "es"}).content.decode()
        assert "<h1>使用者</h1>" in page
        assert 'value="zh-hant" lang="zh-hant" aria-current="true">繁體中文</button>' in page

        browser.post(SWITCH, {"language": "en", "next": "/"})
        assert "<h1>People</h1>" in browser.get(sent.url).content.decode()

    def test_is_remembered(self, client):
        cookie = client.post(SWITCH, {"language": "es"}).cookies["django_language"]
        assert cookie["max-age"] == 365 * 24 * 60 * 60
        assert cookie["samesite"] == "Lax"

    @pytest.mark.parametrize(
        "next_", ["https://evil.example/", "//evil.example/", r"/\evil.example", "javascript:1", ""]
    )
    def test_stays_on_the_site(self, browser, next_):
        sent = browser.post(SWITCH, {"language": "es", "next": next_})
        assert (sent.status_code, sent.url) == (302, "/")
        assert sent.cookies["django_language"].value == "es"

    @pytest.mark.parametrize("code", ["", "xx", "de", "../es", "e\x00s", "x" * 9000])
    def test_of_no_language_of_the_site(self, client, db, code):
        sent = client.post(SWITCH, {"language": code, "next": "/images/"})
        assert (sent.status_code, sent.url) == (302, "/images/")
        assert "<h1>Newest pictures</h1>" in client.get("/images/").content.decode()

    def test_changes_nothing_by_a_link(self, browser):
        response = browser.get(SWITCH, {"language": "es", "next": "/images/"})
        assert response.status_code == 405
        assert "django_language" not in response.cookies

    def test_must_come_from_a_page_of_the_site(self, db):
        client = Client(enforce_csrf_checks=True)
        assert client.post(SWITCH, {"language": "es"}).status_code == 403


@pytest.mark.parametrize(
    "path", ["/images/", "/people/ann/", "/nowhere/", "/activity/public/rss/", "/images"]
)
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_caches_keep_languages_apart(ask, ann, path, accept):
    response = ask("es", path, Accept=accept)
    assert {"Accept-Language", "Cookie"} <= set(response["Vary"].split(", "))
