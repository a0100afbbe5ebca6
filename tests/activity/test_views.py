from __future__ import annotations

import json
import re
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import path, reverse
from testapp.models import Country, Document, Topic

from django_activity import views
from django_activity.api import advance_marker, log, stream_marker
from django_activity.models import Action, StreamMarker
from django_activity.streams import home_stream, public_stream
from django_follow.api import follow

pytestmark = pytest.mark.django_db

HUGE = "9" * 5000
CURSORS = ["x", "\x00", "%00", "é", HUGE, "MjAyNC0wNS0wMSAx"]


def address(name, *args):
    return reverse(f"django_activity:{name}", args=args)


@pytest.fixture
def as_ann(client, ann):
    client.force_login(ann)
    return client


@pytest.fixture
def tea(settings):
    settings.ACTIVITY_EXPOSED_TARGETS = ["testapp.Topic", "testapp.document", "testapp.country"]
    return Topic.objects.create(name="Tea")


def told(response):
    """The summaries of a page or of the first one."""
    assert response.status_code == 200, response.text
    document = response.json()
    return [item["summary"] for item in document.get("first", document)["orderedItems"]]


def refusal(response):
    """Status and code of a refusal, which says why in words."""
    body = response.json()
    assert body["status"] == "error"
    assert len(body["message"]) > 10
    return response.status_code, body["code"]


class TestStreams:
    def test_public(self, client, ann):
        log(ann, "nods"), log(ann, "hides", public=False)
        response = client.get(address("public"))

        assert told(response) == ["ann nods"]
        assert response.headers["Content-Type"] == "application/activity+json"
        assert response.json()["type"] == "OrderedCollection"
        assert response.json()["id"] == f"http://testserver{address('public')}"

    def test_actor(self, client, ann, bo):
        log(ann, "nods"), log(bo, "nods")

        assert told(client.get(address("actor", ann.pk))) == ["ann nods"]

    def test_target(self, client, ann, tea):
        log(ann, "likes", tea), log(ann, "likes", Topic.objects.create(name="Milk"))
        log(ann, "visits", Country.objects.create(code="nz"))
        document = Document.objects.create()
        log(ann, "reads", document)

        assert told(client.get(address("target", "testapp", "topic", tea.pk))) == ["ann likes Tea"]
        assert told(client.get(address("target", "testapp", "Topic", tea.pk))) == ["ann likes Tea"]
        assert told(client.get(address("target", "testapp", "country", "nz"))) == ["ann visits nz"]
        assert told(client.get(address("target", "testapp", "document", document.pk))) == [
            "ann reads A document"
        ]

    def test_home(self, as_ann, ann, bo, make_user):
        follow(ann, bo)
        log(bo, "nods"), log(make_user(), "nods")
        response = as_ann.get(address("home"))

        assert told(response) == ["bo nods"]
        assert response.headers["Cache-Control"] == "private, no-cache"
        assert "Cookie" in response.headers["Vary"]

    def test_home_of_a_guest(self, client):
        assert refusal(client.get(address("home"))) == (401, "not_signed_in")

    def test_home_where_nobody_follows(self, as_ann, settings):
        settings.ACTIVITY_FOLLOWEES = None

        assert refusal(as_ann.get(address("home"))) == (404, "not_found")

    def test_viewer(self, client, ann, bo, settings, tea):
        settings.ACTIVITY_EXCLUDED = lambda viewer: [bo.pk]
        log(bo, "likes", tea)
        addresses = [
            address("public"),
            address("actor", bo.pk),
            address("target", "testapp", "topic", tea.pk),
        ]
        assert [told(client.get(url)) for url in addresses] == [["bo likes Tea"]] * 3
        assert client.get(addresses[0]).headers["Cache-Control"] == "no-cache"
        client.force_login(ann)
        assert [told(client.get(url)) for url in addresses] == [[]] * 3
        assert client.get(addresses[0]).headers["Cache-Control"] == "private, no-cache"

    def test_project_without_users_in_its_requests(self, rf, ann):
        log(ann, "nods")

        assert told(Response(views.public(rf.get("/")))) == ["ann nods"]


class Response:
    """A view's own answer, with what the test client adds."""

    def __init__(self, response):
        self.status_code, self.text = response.status_code, response.text

    def json(self):
        return json.loads(self.text)


class TestPages:
    def test_walk_by_the_links(self, client, ann):
        for number in range(5):
            log(ann, f"did {number}")
        url, seen = address("public") + "?size=2", []
        while url:
            response = client.get(url)
            seen += told(response)
            document, found = response.json(), links(response)
            assert (document.get("next"), document["prev"]) == (found.get("next"), found["prev"])
            assert document["id"] == f"http://testserver{url.removeprefix('http://testserver')}"
            url = found.get("next")

        assert seen == [f"ann did {number}" for number in (4, 3, 2, 1, 0)]
        assert told(client.get(found["prev"])) == ["ann did 2", "ann did 1"]

    def test_next_of_the_first_page(self, client, ann):
        for number in range(21):
            log(ann, f"did {number}")
        first = client.get(address("public")).json()["first"]

        assert told(client.get(first["next"])) == ["ann did 0"]
        assert client.get(first["id"]).json()["orderedItems"] == first["orderedItems"]

    def test_nothing_new(self, client, ann):
        log(ann, "nods")
        newest = client.get(address("public")).json()["first"]["prev"]

        assert told(client.get(newest)) == []
        log(ann, "waves")
        assert told(client.get(newest)) == ["ann waves"]

    def test_empty_parameters(self, client, ann):
        log(ann, "nods")

        assert told(client.get(address("public") + "?size=&before=&after=")) == ["ann nods"]

    def test_addresses_are_quoted(self, client, ann, tea):
        odd = Country.objects.create(code='50% ?#&"ü')
        for number in range(2):
            log(ann, f"did {number}", odd)
        response = client.get(address("target", "testapp", "country", odd.pk) + "?size=1")

        assert [told(client.get(url)) for url in links(response).values()] == [
            ["ann did 0 50% ?#&amp;&quot;ü"],
            [],
        ]

    @pytest.mark.parametrize("url", ["public", "home"])
    @pytest.mark.parametrize("size", ["0", "201", "-1", "x", "1.5", "²", HUGE, "1e2", "%00", " 5"])
    def test_bad_size(self, as_ann, url, size):
        response = as_ann.get(f"{address(url)}?size={size}")

        assert refusal(response) == (400, "bad_size")

    @pytest.mark.parametrize("name", ["before", "after"])
    @pytest.mark.parametrize("cursor", CURSORS)
    def test_bad_cursor(self, as_ann, name, cursor):
        for url in ("public", "home"):
            response = as_ann.get(address(url), {name: cursor})

            assert refusal(response) == (400, "bad_cursor")


def links(response):
    return {
        rel: url for url, rel in re.findall(r'<([^>]+)>; rel="(\w+)"', response.headers["Link"])
    }


class TestAddresses:
    @pytest.mark.parametrize(
        "key", ["0", "-1", "9" * 30, HUGE, "x", "\x00", "é", "1.0", " ", "None", "%2F"]
    )
    @pytest.mark.parametrize("suffix", ["", "rss/", "atom/"])
    def test_nobody_and_nothing(self, client, tea, key, suffix):
        for start in ("actors", "targets/testapp/topic", "targets/testapp/document"):
            response = client.get(f"/activity/{start}/{quote(key, safe='')}/{suffix}")
            if key != "%2F":
                assert refusal(response) == (404, "not_found")
            assert response.status_code == 404

    @pytest.mark.parametrize("key", ["x", "\x00", "x" * 5000])
    def test_keys_of_text(self, client, tea, key):
        response = client.get(f"/activity/targets/testapp/country/{quote(key)}/")

        assert refusal(response) == (404, "not_found")

    @pytest.mark.parametrize(
        "model",
        ["auth/user", "testapp/nothing", "nothing/topic", "%00/%00", "a.b/c", "testapp/club"],
    )
    def test_models_that_are_not_exposed(self, client, ann, tea, model, django_assert_num_queries):
        with django_assert_num_queries(0):
            response = client.get(f"/activity/targets/{model}/{ann.pk}/")

        assert refusal(response) == (404, "not_found")

    def test_no_model_is_exposed_unless_named(self, client, tea, settings):
        del settings.ACTIVITY_EXPOSED_TARGETS

        assert refusal(client.get(address("target", "testapp", "topic", tea.pk))) == (
            404,
            "not_found",
        )

    def test_what_the_project_leaves_out(self, client, ann, tea, settings):
        settings.ACTIVITY_PREFETCH = {"testapp.topic": lambda: Topic.objects.exclude(name="Tea")}
        log(ann, "likes", tea)

        assert client.get(address("target", "testapp", "topic", tea.pk)).status_code == 404

    @pytest.mark.parametrize("name", ["actor", "actor_rss", "actor_atom"])
    def test_who_is_deactivated(self, client, ann, name):
        log(ann, "nods")
        get_user_model().objects.update(is_active=False)

        assert client.get(address(name, ann.pk)).status_code == 404

    def test_methods(self, client):
        response = client.post(address("public"))

        assert refusal(response) == (405, "bad_method")
        assert response.headers["Allow"] == "GET, HEAD"
        assert client.head(address("public")).status_code == 200
        assert client.put(address("marker", "home")).headers["Allow"] == "GET, HEAD, POST"

    def test_under_login_required_middleware(self, client, ann, tea, settings):
        settings.MIDDLEWARE = [
            *settings.MIDDLEWARE,
            "django.contrib.auth.middleware.LoginRequiredMiddleware",
        ]
        of_topic = ("testapp", "topic", tea.pk)
        for name, args in (("public", ()), ("actor", (ann.pk,)), ("target", of_topic)):
            for suffix in ("", "_rss", "_atom"):
                assert client.get(address(name + suffix, *args)).status_code == 200
        for url in (address("home"), address("marker", "home")):
            assert refusal(client.get(url)) == (401, "not_signed_in")


class TestConditional:
    @pytest.mark.parametrize("name", ["public", "home"])
    def test_not_modified(self, as_ann, ann, bo, name):
        follow(ann, bo)
        log(bo, "nods")
        tag = as_ann.get(address(name)).headers["ETag"]
        same = as_ann.get(address(name), headers={"If-None-Match": tag})

        assert (same.status_code, same.content) == (304, b"")
        assert same.headers["ETag"] == tag
        assert same.headers["Cache-Control"] == "private, no-cache"

        log(bo, "waves")
        assert as_ann.get(address(name), headers={"If-None-Match": tag}).status_code == 200

    def test_what_was_retracted_is_news(self, client, ann):
        log(ann, "nods"), log(ann, "waves")
        tag = client.get(address("public")).headers["ETag"]
        Action.objects.filter(verb="nods").delete()

        assert told(client.get(address("public"), headers={"If-None-Match": tag})) == ["ann waves"]


class TestFeeds:
    @pytest.mark.parametrize(("suffix", "kind"), [("_rss", "rss+xml"), ("_atom", "atom+xml")])
    def test_feeds(self, client, ann, bo, tea, suffix, kind):
        log(ann, "likes", tea), log(bo, "nods")
        of_topic = ("testapp", "topic", tea.pk)
        expected = {
            ("public", ()): ("Activity", 2),
            ("actor", (ann.pk,)): ("Activity of ann", 1),
            ("target", of_topic): ("Activity at Tea", 1),
        }
        for (name, args), (title, number) in expected.items():
            response = client.get(address(name + suffix, *args))
            root = ElementTree.fromstring(response.content)
            assert response.headers["Content-Type"] == f"application/{kind}; charset=utf-8"
            assert next(part.text for part in root.iter() if part.tag.endswith("title")) == title
            assert (
                len([part for part in root.iter() if part.tag.endswith(("item", "entry"))])
                == number
            )

    def test_are_the_same_for_everybody(self, as_ann, ann, bo, settings):
        settings.ACTIVITY_EXCLUDED = lambda viewer: [bo.pk]
        log(bo, "nods")
        response = as_ann.get(address("public_rss"))

        assert "bo nods" in response.text
        assert "Vary" not in response.headers
        assert (
            as_ann.get(
                address("public_rss"), headers={"If-None-Match": response.headers["ETag"]}
            ).status_code
            == 304
        )


class TestQueries:
    @pytest.mark.parametrize(
        "name", ["public", "actor", "target", "home", "public_rss", "actor_atom", "target_rss"]
    )
    def test_same_for_5_and_50(self, as_ann, ann, bo, tea, name):
        follow(ann, bo)
        args = {"actor": (bo.pk,), "target": ("testapp", "topic", tea.pk)}.get(
            name.split("_")[0], ()
        )
        numbers = set()
        for number in range(1, 51):
            thing = Topic.objects.create() if number % 2 else Document.objects.create()
            log(bo, "adds", tea, action_object=thing)
            if number in (5, 50):
                with CaptureQueriesContext(connection) as captured:
                    response = as_ann.get(address(name, *args), {"size": 50})
                assert response.text.count("bo adds") == number
                numbers.add(len(captured))

        assert len(numbers) == 1


class TestMarker:
    @pytest.fixture
    def url(self):
        return address("marker", "home")

    @pytest.fixture
    def news(self, ann, bo):
        follow(ann, bo)
        for number in range(3):
            log(bo, f"did {number}")
        return home_stream(ann).page().actions

    def cursor(self, ann, position):
        """The cursor of the newest action, or of one before."""
        return (
            home_stream(ann).page(1 + position).next_cursor or home_stream(ann).page().prev_cursor
        )

    def test_read_and_advance(self, as_ann, ann, news, url):
        unread = {"stream": "home", "cursor": None, "version": 0, "unseen": 3}
        response = as_ann.get(url)
        assert response.json() == unread
        assert response.headers["Cache-Control"] == "private, no-cache"
        assert StreamMarker.objects.count() == 0

        middle, newest = self.cursor(ann, 1), home_stream(ann).page().prev_cursor
        moved = {"stream": "home", "cursor": middle, "version": 1, "unseen": 1}
        assert as_ann.post(url, {"cursor": middle, "version": 0}).json() == moved
        assert as_ann.get(url).json() == moved
        assert as_ann.post(url, {"cursor": newest}).json()["unseen"] == 0
        assert as_ann.post(url, {"cursor": middle}).json()["cursor"] == newest  # never back

    def test_public(self, as_ann, ann):
        log(ann, "nods")
        cursor = public_stream().page().prev_cursor

        response = as_ann.post(address("marker", "public"), {"cursor": cursor})

        assert response.json() == {
            "stream": "public",
            "cursor": cursor,
            "version": 1,
            "unseen": 0,
        }

    def test_counts_what_the_user_may_see(self, as_ann, bo, settings):
        settings.ACTIVITY_EXCLUDED = lambda viewer: [bo.pk]
        log(bo, "nods")

        assert as_ann.get(address("marker", "public")).json()["unseen"] == 0

    def test_moved_meanwhile(self, as_ann, ann, news, url):
        advance_marker(ann, "home", news[1])
        cursor = home_stream(ann).page().prev_cursor

        response = as_ann.post(url, {"cursor": cursor, "version": 0})

        assert refusal(response) == (409, "stale_marker")
        assert response.json()["marker"] == as_ann.get(url).json()
        assert stream_marker(ann).version == 1

    @pytest.mark.parametrize("cursor", ["", *CURSORS])
    def test_bad_cursor(self, as_ann, url, cursor):
        assert refusal(as_ann.post(url, {"cursor": cursor})) == (400, "bad_cursor")
        assert refusal(as_ann.post(url)) == (400, "bad_cursor")

    @pytest.mark.parametrize("version", ["-1", "x", "1.0", HUGE, "²", "\x00"])
    def test_bad_version(self, as_ann, ann, news, url, version):
        cursor = home_stream(ann).page().prev_cursor

        response = as_ann.post(url, {"cursor": cursor, "version": version})

        assert refusal(response) == (400, "bad_version")

    @pytest.mark.parametrize("name", ["other", "%00", "x" * 300])
    def test_streams_without_markers(self, as_ann, name):
        assert refusal(as_ann.get(f"/activity/markers/{name}/")) == (404, "not_found")
        assert refusal(as_ann.post(f"/activity/markers/{name}/")) == (404, "not_found")

    def test_guest(self, client, url):
        assert refusal(client.get(url)) == (401, "not_signed_in")
        assert refusal(client.post(url)) == (401, "not_signed_in")

    def test_csrf(self, ann, news, url):
        client = Client(enforce_csrf_checks=True)
        client.force_login(ann)
        data = {"cursor": home_stream(ann).page().prev_cursor}
        assert refusal(client.post(url, data)) == (403, "csrf_failed")
        assert StreamMarker.objects.count() == 0

        token = "a" * 32
        client.cookies["csrftoken"] = token
        assert client.post(url, data, headers={"X-CSRFToken": "b" * 32}).status_code == 403
        assert client.post(url, data, headers={"X-CSRFToken": token}).status_code == 200
        assert client.post(url, {**data, "csrfmiddlewaretoken": token}).status_code == 200

    def test_streams_of_the_project(self, as_ann, ann, settings):
        settings.ROOT_URLCONF = __name__
        log(ann, "nods")

        assert as_ann.get("/seen/news/").json()["unseen"] == 1
        assert as_ann.get("/seen/home/").status_code == 404

    def test_queries(self, as_ann, ann, news, url, bo):
        numbers = []
        for count in range(3, 51):
            log(bo, f"did {count}")
            if count in (5, 50):
                with CaptureQueriesContext(connection) as captured:
                    as_ann.get(url)
                numbers.append(len(captured))

        assert numbers[0] == numbers[1]


urlpatterns = [
    path(
        "seen/<str:stream>/",
        views.marker,
        {"streams": {"news": lambda user: public_stream(viewer=user)}},
    )
]
