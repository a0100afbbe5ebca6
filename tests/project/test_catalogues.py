"""Every string is translated, and what is translated reaches the pages."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from gettext import GNUTranslations
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from testapp.models import Topic

from django_activity.api import log
from django_activity.grouping import ActionGroup
from django_activity.rendering import sentence
from django_activity.streams import public_stream
from django_activity.verbs import Verb
from django_follow.api import follow
from django_follow.models import FollowRequest
from django_viewcount.rendering import compact, described
from tests.catalogues import CATALOGUES, ROOT, extracted, locale_of, paths, read

LANGUAGES = {"es", "zh_Hans", "zh_Hant"}
FOLDERS = [(folder, domain) for folder, domain in CATALOGUES if locale_of(folder).is_dir()]
FILES = [(folder, domain, path) for folder, domain in FOLDERS for path in paths(folder, domain)]
PLACE = re.compile(r"%(?:\(\w+\))?[a-z]")

Texts = dict[tuple[Any, tuple[str, ...]], tuple[str, ...]]


def forms(text: Any) -> tuple[str, ...]:
    """The one form of a text, or its singular and plurals."""
    return (text,) if isinstance(text, str) else tuple(text or ("",))


def texts(catalogue: Catalog) -> Texts:
    return {(one.context, forms(one.id)): forms(one.string) for one in catalogue if one.id}


def places(text: str) -> Counter[str]:
    return Counter(PLACE.findall(text))


def installed(path: Path) -> Path:
    """Where the app of this catalogue is imported from: not from here, in an environment of tox."""
    first, app, *rest = path.relative_to(ROOT).parts
    return Path(import_module(app).__path__[0], *rest) if first == "src" else path


def name(value: str | Path) -> str:
    return value.parts[-3] if isinstance(value, Path) else value


@pytest.mark.parametrize(("folder", "domain"), FOLDERS, ids=name)
def test_languages(folder, domain):
    assert {path.parts[-3] for path in paths(folder, domain)} == LANGUAGES


@pytest.mark.parametrize(("folder", "domain", "path"), FILES, ids=name)
class TestCatalogue:
    def test_has_the_strings_of_the_sources(self, folder, domain, path):
        found, marked = texts(read(path)).keys(), texts(extracted(folder, domain)).keys()

        assert not marked - found, "run `make messages`, and translate what it adds"
        assert not found - marked, "run `make messages`, which removes what no source has"

    def test_has_a_translation_of_each(self, folder, domain, path):
        assert [ids for (_, ids), strings in texts(read(path)).items() if not all(strings)] == []
        assert [message.id for message in read(path) if message.id and message.fuzzy] == []

    def test_has_the_placeholders(self, folder, domain, path):
        for (_, ids), strings in texts(read(path)).items():
            wanted = [places(text) for text in ids]
            *others, last = (places(text) for text in strings)
            assert last == wanted[-1], strings
            assert all(found in wanted for found in others), strings

    def test_has_the_plurals_of_its_language(self, folder, domain, path):
        catalogue = read(path)  # refuses more of them; fewer are empty ones

        assert catalogue.plural_forms == Catalog(path.parts[-3]).plural_forms

    def test_is_compiled(self, folder, domain, path):
        with installed(path).with_suffix(".mo").open("rb") as file:
            compiled = GNUTranslations(file)
        for (context, ids), strings in texts(read(path)).items():
            one, *more = [f"{context}\x04{ids[0]}" if context else ids[0], *ids[1:]]
            told = (
                [compiled.ngettext(one, *more, n) for n in (1, 2)]
                if more
                else [compiled.gettext(one)]
            )
            assert set(told) == set(strings), "run `make messages`"


def test_apps_say_the_same_alike():
    """Django reads all catalogues as one, so that one app would speak for the others."""
    for language in LANGUAGES:
        said: Texts = {}
        for _, _, path in FILES:
            if path.parts[-3] == language:
                for key, strings in texts(read(path)).items():
                    assert said.setdefault(key, strings) == strings, key


@pytest.fixture
def ask(client: Client, settings: Any) -> Iterator[Callable[..., str]]:
    """Ask for a page as a browser of somebody who reads this language, on a site set up for it."""
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "django.middleware.locale.LocaleMiddleware"]

    def ask(language: str, view: str, *args: Any) -> str:
        response = client.get(reverse(view, args=args), headers={"Accept-Language": language})
        return response.content.decode()

    with override("en"):  # the middleware leaves the language as it was asked for
        yield ask


@pytest.mark.parametrize(
    ("language", "button", "heading", "failure"),
    [
        ("en", "Follow", "Followers of bo", "That did not work. Please try again."),
        ("es", "Seguir", "Seguidores de bo", "No ha funcionado. Inténtalo de nuevo."),
        ("zh-TW", "追蹤", "bo 的追蹤者", "操作失敗，請再試一次。"),
        ("zh-CN", "关注", "bo 的关注者", "操作失败，请再试一次。"),
    ],
)
def test_page_of_followers(ask, client, ann, bo, make_user, language, button, heading, failure):
    follow(make_user("cy"), bo)
    client.force_login(ann)

    page = ask(language, "django_follow:followers", bo.pk)

    assert f"<h1>{heading}</h1>" in page
    assert f'aria-pressed="false">{button}<span class="follow-name"> cy</span></button>' in page
    assert f'data-label-follow="{button}"' in page
    assert f'data-label-failed="{failure}"' in page


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("en", "There is no such stream."),
        ("es", "Ese flujo no existe."),
        ("zh-Hant", "沒有這個動態流。"),
        ("zh-Hans", "没有这个动态流。"),
    ],
)
@pytest.mark.django_db
def test_refusal(ask, language, message):
    assert json.loads(ask(language, "django_activity:actor", "0"))["message"] == message


@pytest.mark.parametrize(
    ("language", "app", "title", "action"),
    [
        ("en", "Follows", "Follow requests", "Accept the selected follow requests"),
        (
            "es",
            "Seguimientos",
            "Solicitudes de seguimiento",
            "Aceptar las solicitudes de seguimiento seleccionadas",
        ),
        ("zh-Hant", "追蹤", "追蹤要求", "接受所選的追蹤要求"),
        ("zh-Hans", "关注", "关注请求", "接受所选的关注请求"),
    ],
)
def test_admin(ask, client, make_user, ann, bo, language, app, title, action):
    FollowRequest.objects.create(follower=ann, followee=bo)
    client.force_login(make_user("staff", is_staff=True, is_superuser=True))

    page = ask(language, "admin:django_follow_followrequest_changelist")

    assert re.search(f">{app}</a>", page)
    assert re.search(f">{title}</a>", page)
    assert f'<option value="accept">{action}</option>' in page


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "p4, p3 and 2 others ♥ Milk, Tea and 1 other"),
        ("es", "p4, p3 y 2 personas más ♥ Milk, Tea y 1 más"),
        ("zh-hant", "p4、p3 和另外 2 人 ♥ Milk、Tea 和另外 1 個"),
        ("zh-hans", "p4、p3 和另外 2 人 ♥ Milk、Tea 和另外 1 个"),
    ],
)
def test_group_of_actions(make_user, language, told):
    names = ["Tea", "Water", "Tea", "Milk"]
    topics = {name: Topic.objects.create(name=name) for name in names}
    for number, topic in enumerate(names, 1):
        log(make_user(f"p{number}"), "likes", topics[topic])
    verb = Verb("likes", group_text="%(actors)s ♥ %(targets)s")

    with override(language):
        assert sentence(ActionGroup(verb, public_stream().page().actions)) == told


@pytest.mark.parametrize(
    ("language", "numbers"),
    [
        ("en", ["9.9K", "12.3K", "123M", "5,000B"]),
        ("es", ["9,9\xa0mil", "12,3\xa0mil", "123\xa0M", "5\xa0000\xa0000\xa0M"]),
        ("zh-hant", ["9999", "1.2萬", "1.2億", "5兆"]),
        ("zh-hans", ["9999", "1.2万", "1.2亿", "5万亿"]),
    ],
)
def test_compact_numbers(language, numbers):
    with override(language):
        assert [compact(n) for n in (9_999, 12_345, 123_456_789, 5 * 10**12)] == numbers


@pytest.mark.parametrize(
    ("language", "of_one", "of_more"),
    [
        ("en", "in the last day: 4.", "of the last 2 days: 9 in all, from 4 to 5."),
        ("es", "en el último día: 4.", "de los últimos 2 días: 9 en total, de 4 a 5."),
        ("zh-hant", "瀏覽次數：共 4，最少 4，最多 4。", "瀏覽次數：共 9，最少 4，最多 5。"),
        ("zh-hans", "浏览次数：共 4，最少 4，最多 4。", "浏览次数：共 9，最少 4，最多 5。"),
    ],
)
def test_sparklines(language, of_one, of_more):
    with override(language):
        assert described([4]).endswith(of_one)
        assert described([4, 5]).endswith(of_more)
