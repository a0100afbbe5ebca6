from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient, Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import path

from django_viewcount.users import signed_in_user


def name_of(user: Any) -> HttpResponse:
    return HttpResponse("nobody" if user is None else user.username)


def look(request: HttpRequest) -> HttpResponse:
    return name_of(signed_in_user(request))


def look_after_use(request: HttpRequest) -> HttpResponse:
    str(request.user)
    return name_of(signed_in_user(request))


def look_and_fetch(request: HttpRequest) -> HttpResponse:
    return name_of(signed_in_user(request, fetch=True))


async def async_look(request: HttpRequest) -> HttpResponse:
    return name_of(await sync_to_async(signed_in_user)(request))


async def async_look_after_use(request: HttpRequest) -> HttpResponse:
    await request.auser()
    return name_of(await sync_to_async(signed_in_user)(request))


async def async_look_and_fetch(request: HttpRequest) -> HttpResponse:
    return name_of(await sync_to_async(signed_in_user)(request, fetch=True))


urlpatterns = [
    path("look/", look),
    path("used/", look_after_use),
    path("fetch/", look_and_fetch),
    path("async/look/", async_look),
    path("async/used/", async_look_after_use),
    path("async/fetch/", async_look_and_fetch),
]

pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def signed_in(ann: Any) -> Client:
    client = Client()
    client.force_login(ann)
    return client


def untouched(response: Any) -> bool:
    return not response.has_header("Vary") and not response.cookies


def test_a_look_costs_nothing(signed_in: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        response = signed_in.get("/look/")

    assert response.content == b"nobody"
    assert untouched(response)
    assert len(queries) == 0


def test_a_user_the_site_has_looked_at_is_known(signed_in: Client) -> None:
    assert signed_in.get("/used/").content == b"ann"


def test_fetching_reads_the_session_of_those_who_have_one(signed_in: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        response = signed_in.get("/fetch/")

    assert response.content == b"ann"
    assert response["Vary"] == "Cookie"
    assert len(queries) == 2


@pytest.mark.django_db
def test_fetching_costs_nothing_without_a_session_cookie() -> None:
    client = Client()
    client.cookies["other"] = "1"
    with CaptureQueriesContext(connection) as queries:
        response = client.get("/fetch/")

    assert response.content == b"nobody"
    assert untouched(response)
    assert len(queries) == 0


@pytest.mark.django_db
def test_fetching_a_session_of_nobody() -> None:
    client = Client()
    client.cookies["sessionid"] = "made-up"

    assert client.get("/fetch/").content == b"nobody"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("view", "name"), [("look", b"nobody"), ("used", b"ann"), ("fetch", b"ann")]
)
def test_async_views(view: str, name: bytes, ann: Any, async_client: AsyncClient) -> None:
    from asgiref.sync import async_to_sync

    async_client.force_login(ann)
    response = async_to_sync(async_client.get)(f"/async/{view}/")

    assert response.content == name
    assert response.has_header("Vary") is (view != "look")


@pytest.mark.parametrize(
    "user", [None, AnonymousUser(), SimpleNamespace(), SimpleNamespace(is_authenticated=False)]
)
def test_nobody(user: Any) -> None:
    request = RequestFactory().get("/")
    request.user = user

    assert signed_in_user(request, fetch=True) is None


def test_a_request_may_have_no_user_at_all() -> None:
    assert signed_in_user(RequestFactory().get("/"), fetch=True) is None


def test_a_user_set_by_the_project_needs_no_cookie() -> None:
    request = RequestFactory().get("/")
    request.user = SimpleNamespace(is_authenticated=True)

    assert signed_in_user(request) is request.user


def test_a_request_in_the_request_of_another_framework() -> None:
    """Django REST framework wraps requests and puts the user on the inner one."""
    inner = RequestFactory().get("/")
    inner.user = SimpleNamespace(is_authenticated=True)
    outer: Any = SimpleNamespace(_request=inner)

    assert signed_in_user(outer) is inner.user
