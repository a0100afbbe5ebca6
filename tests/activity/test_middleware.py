"""Real requests, under WSGI and ASGI, through the project's middleware."""

from __future__ import annotations

import asyncio

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings as project_settings
from django.http import HttpResponse
from django.test import AsyncClient, Client
from django.urls import path
from testapp.models import Picture

from django_activity.context import current_actor
from django_activity.models import Action

MIDDLEWARE = [
    *project_settings.MIDDLEWARE,
    "django_activity.middleware.CurrentUserMiddleware",
]


def put_up(request, title):
    Picture.objects.create(title=title, owner_id=request.GET["owner"])
    return HttpResponse(str(current_actor()))


async def put_up_slowly(request, title):
    for turn in range(3):
        await asyncio.sleep(0.01)
        number = f"{title} {turn}"
        await Picture.objects.acreate(title=number, owner_id=request.GET["owner"])
    return HttpResponse(str(await sync_to_async(current_actor)()))


def fail(request):
    raise RuntimeError


def nothing(request):
    return HttpResponse()


urlpatterns = [
    path("put-up/<str:title>/", put_up),
    path("put-up-slowly/<str:title>/", put_up_slowly),
    path("fail/", fail),
    path("nothing/", nothing),
]


@pytest.fixture(autouse=True)
def site(settings, track):
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = MIDDLEWARE
    track(Picture, created="put up")


@pytest.mark.django_db
class TestRequests:
    def test_user(self, client, ann):
        client.force_login(ann)

        response = client.get(f"/put-up/Sunset/?owner={ann.pk}")

        assert (response.content, Action.objects.get().actor) == (b"ann", ann)
        assert current_actor() is None

    def test_guest(self, client, ann):
        response = client.get(f"/put-up/Sunset/?owner={ann.pk}")

        assert (response.content, Action.objects.get().actor) == (b"None", None)

    def test_nothing_remains_after_an_error(self, ann):
        client = Client(raise_request_exception=False)
        client.force_login(ann)

        assert client.get("/fail/").status_code == 500
        assert current_actor() is None

    def test_without_authentication(self, client, settings, ann):
        settings.MIDDLEWARE = MIDDLEWARE[-1:]

        assert client.get(f"/put-up/Sunset/?owner={ann.pk}").content == b"None"

    def test_costs_nothing_until_something_is_logged(self, client, ann, django_assert_num_queries):
        client.force_login(ann)

        with django_assert_num_queries(0):
            client.get("/nothing/")


@pytest.mark.django_db(transaction=True)
class TestConcurrentRequests:
    @pytest.mark.parametrize("view", ["put-up", "put-up-slowly"])
    def test_users_do_not_leak(self, make_user, view):
        users = [make_user(name) for name in ("ann", "bo")]
        clients = [AsyncClient() for _ in users]
        for client, user in zip(clients, users, strict=True):
            client.force_login(user)
        clients.append(AsyncClient())

        async def visit(client, number):
            title = f"{clients.index(client)}-{number}"
            response = await client.get(f"/{view}/{title}/?owner={users[0].pk}")
            return response.content.decode()

        async def main():
            visits = [visit(client, number) for number in range(4) for client in clients]
            return await asyncio.gather(*visits), current_actor()

        assert async_to_sync(main)() == (["ann", "bo", "None"] * 4, None)

        actions = Action.objects.select_related("actor")
        assert len(actions) == 12 * (3 if view == "put-up-slowly" else 1)
        for action in actions:
            assert action.actor == [*users, None][int(action.target.title[0])]
