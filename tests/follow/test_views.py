from __future__ import annotations

import pytest
from django.test import Client
from django.test.utils import override_script_prefix
from django.urls import reverse
from testapp.models import Topic, TopicFollow

from django_follow.api import follow, is_following
from django_follow.models import Follow

pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def url():
    return reverse("django_follow:follow")


@pytest.fixture
def as_ann(client, ann):
    client.force_login(ann)
    return client


class TestForm:
    def test_follow_and_back(self, as_ann, ann, bo, url):
        data = {"id": bo.pk, "action": "follow", "next": "/people/?page=2"}

        response = as_ann.post(url, data, headers=HTML)

        assert (response.status_code, response.url) == (302, "/people/?page=2")
        assert is_following(ann, bo) is True

    def test_unfollow(self, as_ann, ann, bo, url):
        follow(ann, bo)

        as_ann.post(url, {"id": bo.pk, "action": "unfollow"}, headers=HTML)

        assert Follow.objects.count() == 0

    @pytest.mark.parametrize(
        "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""]
    )
    def test_never_leaves_the_site(self, as_ann, bo, url, target):
        data = {"id": bo.pk, "action": "follow", "next": target}

        assert as_ann.post(url, data, headers=HTML).url == "/"

    @pytest.mark.parametrize("target", ["?page=2", "#top", "people", "follow"])
    def test_relative_addresses(self, as_ann, bo, url, target):
        data = {"id": bo.pk, "action": "follow", "next": target}

        assert as_ann.post(url, data, headers=HTML).url == target

    def test_below_a_prefix(self, as_ann, bo, url):
        with override_script_prefix("/sub/"):
            response = as_ann.post(url, {"id": bo.pk, "action": "follow"}, headers=HTML)

        assert response.url == "/sub/"

    def test_an_insecure_next_of_a_secure_site(self, as_ann, bo, url):
        data = {"id": bo.pk, "action": "follow", "next": "http://testserver/people/"}

        assert as_ann.post(url, data, headers=HTML, secure=True).url == "/"

    def test_returns_to_the_referring_page(self, as_ann, bo, url):
        headers = {**HTML, "Referer": "http://testserver/people/"}

        response = as_ann.post(url, {"id": bo.pk, "action": "follow"}, headers=headers)

        assert response.url == "http://testserver/people/"

    def test_anonymous_signs_in_first(self, client, bo, url):
        data = {"id": bo.pk, "action": "follow", "next": "/people/"}

        response = client.post(url, data, headers=HTML)

        assert (response.status_code, response.url) == (302, "/accounts/login/?next=/people/")
        assert Follow.objects.count() == 0


class TestJson:
    def test_answers_the_new_state(self, as_ann, ann, bo, url, make_user):
        follow(bo, ann)
        follow(make_user("di"), ann)
        follow(make_user("cy"), bo)

        response = as_ann.post(url, {"id": bo.pk, "action": "follow"}, headers=JSON)

        assert response.json() == {
            "status": "ok",
            "following": True,
            "followed_by": True,
            "counts": {"followers": 2, "following": 1},
            "viewer": {"id": str(ann.pk), "counts": {"followers": 2, "following": 1}},
        }

    def test_intent_not_toggle(self, as_ann, bo, url):
        for _ in range(2):
            response = as_ann.post(url, {"id": bo.pk, "action": "follow"}, headers=JSON)

            assert response.json()["following"] is True

    def test_another_model(self, as_ann, url):
        topic = Topic.objects.create(name="Tea")

        response = as_ann.post(
            url, {"id": topic.pk, "action": "follow", "model": "testapp.topic"}, headers=JSON
        )

        assert response.json() == {"status": "ok", "following": True}
        assert TopicFollow.objects.count() == 1

    def test_anonymous(self, client, bo, url):
        response = client.post(url, {"id": bo.pk, "action": "follow"}, headers=JSON)

        assert (response.status_code, response.json()["code"]) == (401, "not_signed_in")

    def test_under_login_required_middleware(self, client, bo, url, settings):
        settings.MIDDLEWARE = [
            *settings.MIDDLEWARE,
            "django.contrib.auth.middleware.LoginRequiredMiddleware",
        ]

        response = client.post(url, {"id": bo.pk, "action": "follow"}, headers=JSON)

        assert (response.status_code, response.json()["code"]) == (401, "not_signed_in")

    def test_xmlhttprequest(self, client, bo, url):
        headers = {"X-Requested-With": "XMLHttpRequest"}

        assert client.post(url, {"id": bo.pk}, headers=headers).status_code == 401


BAD = [
    ({"action": "follow"}, 400, "bad_id"),
    ({"id": "abc", "action": "follow"}, 400, "bad_id"),
    ({"id": "a\0b", "action": "follow"}, 400, "bad_id"),
    ({"id": "x" * 5000, "action": "follow"}, 400, "bad_id"),
    ({"id": "ANN", "action": "follow"}, 400, "self_follow"),
    ({"id": "BO"}, 400, "bad_action"),
    ({"id": "BO", "action": "toggle"}, 400, "bad_action"),
    ({"id": "BO", "action": "follow", "model": "nonsense"}, 400, "bad_model"),
    ({"id": "BO", "action": "follow", "model": "no.such"}, 400, "bad_model"),
    ({"id": "nz", "action": "follow", "model": "testapp.country"}, 400, "no_such_edge"),
    ({"id": "xx", "action": "follow", "model": "testapp.country"}, 400, "no_such_edge"),
    ({"id": "a\0b", "action": "follow", "model": "testapp.country"}, 400, "no_such_edge"),
    ({"id": "1\0", "action": "follow", "model": "testapp.topic"}, 400, "bad_id"),
    ({"id": "GONE", "action": "follow"}, 404, "not_found"),
    ({"id": "ASLEEP", "action": "follow"}, 404, "not_found"),
]


class TestBadInput:
    @pytest.fixture(autouse=True)
    def nz(self, db):
        from testapp.models import Country

        Country.objects.create(code="nz")

    @pytest.fixture
    def fill_in(self, ann, bo, make_user):
        """Replace the names of people by their keys."""
        asleep, gone = make_user("asleep", is_active=False), make_user("gone")
        keys = {"ANN": ann.pk, "BO": bo.pk, "ASLEEP": asleep.pk, "GONE": gone.pk}
        gone.delete()
        return lambda data: {key: keys.get(value, value) for key, value in data.items()}

    @pytest.mark.parametrize(("data", "status", "code"), BAD)
    def test_json(self, as_ann, url, fill_in, data, status, code):
        response = as_ann.post(url, fill_in(data), headers=JSON)

        assert (response.status_code, response.json()["code"]) == (status, code)
        assert response.json()["message"]
        assert Follow.objects.count() == 0

    @pytest.mark.parametrize(("data", "status", "code"), BAD)
    def test_page(self, as_ann, url, fill_in, data, status, code):
        response = as_ann.post(url, fill_in(data), headers=HTML)

        assert response.status_code == status
        assert response.context["refusal"].code == code
        assert "<h1>That did not work</h1>" in response.text

    def test_huge_integer(self, as_ann, url):
        response = as_ann.post(
            url, {"id": "9" * 30, "action": "follow", "model": "testapp.topic"}, headers=JSON
        )

        assert response.status_code in (400, 404)

    @pytest.mark.parametrize("method", ["get", "put", "delete", "head"])
    def test_other_methods(self, as_ann, url, method):
        response = getattr(as_ann, method)(url, headers=HTML)

        assert (response.status_code, response["Allow"]) == (405, "POST")

    def test_a_deactivated_user_can_be_unfollowed(self, as_ann, ann, bo, url):
        follow(ann, bo)
        bo.is_active = False
        bo.save()

        response = as_ann.post(url, {"id": bo.pk, "action": "unfollow"}, headers=JSON)

        assert response.json()["following"] is False

    @pytest.mark.parametrize("middleware", [True, False])
    def test_csrf(self, ann, bo, url, settings, middleware):
        if not middleware:
            settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "Csrf" not in name]
        client = Client(enforce_csrf_checks=True)
        client.force_login(ann)

        assert client.post(url, {"id": bo.pk, "action": "follow"}).status_code == 403
        assert Follow.objects.count() == 0
