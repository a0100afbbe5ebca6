from __future__ import annotations

from inspect import iscoroutinefunction
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.decorators import login_required
from django.contrib.sessions.models import Session
from django.http import Http404, HttpRequest, HttpResponse
from django.template import engines
from django.test import AsyncClient
from django.urls import path
from django.utils.decorators import method_decorator
from django.views.generic import DetailView, View
from testapp.models import Topic

from django_viewcount.api import get_views
from django_viewcount.views import ViewCountMixin, counts_views

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


class TopicView(ViewCountMixin, DetailView):
    model = Topic

    def get_template_names(self) -> Any:
        text = "{% load django_viewcount %}{{ object }}: {% view_count object %}"
        return engines["django"].from_string(text)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if self.object.name == "hidden":
            raise Http404
        return super().get_context_data(**kwargs)


class TeapotView(ViewCountMixin, DetailView):
    model = Topic

    def render_to_response(self, context: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponse("teapot", status=418)


@method_decorator(login_required, name="dispatch")
class MembersView(TopicView):
    pass


@counts_views(Topic)
def function(request: HttpRequest, pk: int, status: int = 200) -> HttpResponse:
    """Show a topic."""
    return HttpResponse("function", status=status)


@counts_views(Topic, "number", counter="download")
def with_a_key_of_its_own(request: HttpRequest, number: int) -> HttpResponse:
    return HttpResponse()


@counts_views(lambda request, name: Topic.objects.get(name=name))
def by_name(request: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse()


@counts_views(Topic)
async def coroutine(request: HttpRequest, pk: int, status: int = 200) -> HttpResponse:
    return HttpResponse("coroutine", status=status)


class AsyncView(View):
    async def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return HttpResponse("class")


class DownloadView(TopicView):
    view_counter = "download"


urlpatterns = [
    path("function/<int:pk>/", function),
    path("function/<int:pk>/<int:status>/", function),
    path("number/<int:number>/", with_a_key_of_its_own),
    path("name/<str:name>/", by_name),
    path("coroutine/<int:pk>/", coroutine),
    path("coroutine/<int:pk>/<int:status>/", coroutine),
    path("class/<int:pk>/", counts_views(Topic)(AsyncView.as_view())),
    path("download/<int:pk>/", DownloadView.as_view()),
    path("topics/<int:pk>/", TopicView.as_view()),
    path("teapot/<int:pk>/", TeapotView.as_view()),
    path("members/<int:pk>/", MembersView.as_view()),
]


@pytest.fixture(params=["database", "redis"])
def topic(request: pytest.FixtureRequest) -> Topic:
    if request.param == "redis":
        request.getfixturevalue("redis_backend")
    return Topic.objects.create(name="Jazz")


def test_page_shows_the_view_that_it_is(client: Any, topic: Topic) -> None:
    assert client.get(f"/topics/{topic.pk}/").content == b"Jazz: 1"
    assert client.get(f"/topics/{topic.pk}/").content == b"Jazz: 2"
    assert get_views(topic) == 2


def test_sets_no_cookie_and_varies_on_nothing(client: Any, topic: Topic) -> None:
    response = client.get(f"/topics/{topic.pk}/")

    assert not response.cookies
    assert not response.has_header("Vary")
    assert not Session.objects.exists()


def test_costs_no_query_of_its_own_on_redis(
    client: Any, redis_backend: Any, django_assert_num_queries: Any
) -> None:
    topic = Topic.objects.create(name="Jazz")
    client.get(f"/topics/{topic.pk}/")

    with django_assert_num_queries(1):  # the object
        assert client.get(f"/topics/{topic.pk}/").content == b"Jazz: 2"


@pytest.mark.parametrize(
    ("method", "url", "status"),
    [("head", "topics", 200), ("get", "teapot", 418), ("get", "members", 302)],
)
def test_other_answers_are_no_views(
    method: str, url: str, status: int, client: Any, topic: Topic
) -> None:
    response = getattr(client, method)(f"/{url}/{topic.pk}/")

    assert response.status_code == status
    assert get_views(topic) == 0


def test_page_not_found_is_no_view(client: Any) -> None:
    topic = Topic.objects.create(name="hidden")

    assert client.get(f"/topics/{topic.pk}/").status_code == 404
    assert client.get("/topics/0/").status_code == 404
    assert get_views(topic) == 0


def test_prefetch_shows_the_number_and_does_not_count(client: Any, topic: Topic) -> None:
    client.get(f"/topics/{topic.pk}/")

    response = client.get(f"/topics/{topic.pk}/", headers={"Sec-Purpose": "prefetch"})

    assert response.content == b"Jazz: 1"


def test_page_renders_without_redis(client: Any, settings: Any) -> None:
    settings.VIEWCOUNT_REDIS_URL = "redis://127.0.0.1:1/0"
    topic = Topic.objects.create(name="Jazz")

    assert client.get(f"/topics/{topic.pk}/").content == b"Jazz: 0"


@pytest.mark.parametrize("name", ["function", "coroutine"])
def test_decorated_view(name: str, client: Any, topic: Topic) -> None:
    assert client.get(f"/{name}/{topic.pk}/").content.decode() == name
    assert client.get(f"/{name}/{topic.pk}/404/").status_code == 404
    assert client.head(f"/{name}/{topic.pk}/").status_code == 200
    assert get_views(topic) == 1
    with_a_query = AsyncClient()
    response = async_to_sync(with_a_query.get)(f"/{name}/{topic.pk}/")
    assert response.status_code == 200
    assert get_views(topic) == 2


def test_decorated_class(client: Any, topic: Topic) -> None:
    assert client.get(f"/class/{topic.pk}/").content == b"class"
    assert get_views(topic) == 1


def test_decorated_view_costs_no_query(
    client: Any, redis_backend: Any, django_assert_num_queries: Any
) -> None:
    client.get("/function/5/")

    with django_assert_num_queries(0):
        response = client.get("/function/5/")
    assert not response.has_header("Vary")
    assert not response.cookies
    assert get_views(Topic(pk=5)) == 2


def test_decorated_view_stays_itself() -> None:
    assert (function.__name__, function.__doc__) == ("function", "Show a topic.")
    assert iscoroutinefunction(coroutine)
    assert not iscoroutinefunction(function)


def test_other_counters_and_lookups(client: Any, topic: Topic, settings: Any) -> None:
    settings.VIEWCOUNT_COUNTERS = ["download"]
    client.get(f"/number/{topic.pk}/")
    client.get(f"/download/{topic.pk}/")
    client.get(f"/name/{topic.name}/")

    assert get_views(topic, counter="download") == 2
    assert get_views(topic) == 1
