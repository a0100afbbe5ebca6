from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.test.utils import override_script_prefix
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from testapp.models import Topic, TopicFollow

from django_follow.answers import REFUSALS
from django_follow.api import block, follow, is_following, relationship
from django_follow.exceptions import FollowError
from django_follow.models import Block, Follow, FollowRequest, HiddenSuggestion, Mute

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
        for name in ("cy", "ed"):
            follow(make_user(name), bo)

        response = as_ann.post(url, {"id": bo.pk, "action": "follow"}, headers=JSON)

        assert response.json() == {
            "status": "ok",
            "following": True,
            "followed_by": True,
            "requested": False,
            "requested_by": False,
            "blocking": False,
            "muting": False,
            "counts": {"followers": 3, "following": 1},
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

    @pytest.mark.parametrize("number", [1, 30])
    def test_queries(self, as_ann, bo, url, make_user, number, django_assert_num_queries):
        for _ in range(number):
            follow(make_user(), bo)

        # Session, viewer and node; savepoint, INSERT, blocks, counts and release, with the outer
        # pair on databases that have one; relationship and the counts of both.
        with django_assert_num_queries(11):
            as_ann.post(url, {"id": bo.pk, "action": "follow"}, headers=JSON)


class TestWhoIsAnswered:
    """Which answer a client expects, told by its headers alone."""

    @pytest.mark.parametrize(
        ("accept", "is_json"),
        [
            ("*/*", True),  # fetch() that says nothing
            ("application/json", True),
            ("application/json, text/plain, */*", True),  # axios
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", False),
            ("text/vnd.turbo-stream.html, text/html, application/xhtml+xml", False),
            ("text/html;q=0.5, application/json", True),
        ],
    )
    def test_accept(self, as_ann, bo, url, accept, is_json):
        data = {"id": bo.pk, "action": "follow"}

        response = as_ann.post(url, data, headers={"Accept": accept})

        assert response.status_code == (200 if is_json else 302)
        assert (response["Content-Type"] == "application/json") == is_json

    def test_without_the_header(self, as_ann, bo, url):
        assert as_ann.post(url, {"id": bo.pk, "action": "follow"}).status_code == 302

    def test_the_script_of_the_tutorial(self, ann, bo, url):
        """FormData with `id` and `action`, the token in a header, and nothing else."""
        client = Client(enforce_csrf_checks=True)
        client.force_login(ann)
        client.cookies["csrftoken"] = token = "a" * 32
        headers = {"X-CSRFToken": token, "Accept": "*/*", "Sec-Fetch-Mode": "same-origin"}
        for action, following in [("follow", True), ("unfollow", False)]:
            response = client.post(url, {"id": bo.pk, "action": action}, headers=headers)

            assert response.json()["status"] == "ok"
            assert is_following(ann, bo) is following


def post(client, person, action, **more):
    url = reverse("django_follow:follow")
    return client.post(url, {"id": person.pk, "action": action, **more}, headers=JSON)


@pytest.fixture
def asks(settings):
    settings.FOLLOW_REQUIRES_APPROVAL = lambda follower, followee: True


class TestIntents:
    """Each intent once, once more (harmless), and what the client is told."""

    def twice(self, client, person, action, **more):
        first = post(client, person, action, **more)
        assert first.status_code == 200, first.json()
        assert post(client, person, action, **more).json() == first.json()
        return first.json()

    def test_remove(self, as_ann, ann, bo):
        follow(bo, ann)
        follow(ann, bo)

        told = self.twice(as_ann, bo, "remove")

        assert (told["followed_by"], told["following"]) == (False, True)
        assert told["viewer"]["counts"] == {"followers": 0, "following": 1}
        assert relationship(ann, bo).followed_by is False

    def test_block_and_unblock(self, as_ann, ann, bo):
        follow(ann, bo)
        follow(bo, ann)

        told = self.twice(as_ann, bo, "block")

        assert (told["blocking"], told["following"], told["followed_by"]) == (True, False, False)
        assert told["counts"] == {"followers": 0, "following": 0}
        assert Block.objects.count() == 1
        assert self.twice(as_ann, bo, "unblock")["blocking"] is False
        assert Block.objects.count() == 0

    def test_mute_and_unmute(self, as_ann, bo):
        assert self.twice(as_ann, bo, "mute")["muting"] is True
        assert Mute.objects.get().until is None
        assert self.twice(as_ann, bo, "unmute")["muting"] is False
        assert Mute.objects.count() == 0

    def test_mute_for_a_time(self, as_ann, bo):
        before = timezone.now()

        post(as_ann, bo, "mute", duration="3600")

        left = Mute.objects.get().until - before
        assert dt.timedelta(hours=1) <= left < dt.timedelta(hours=1, minutes=5)
        assert post(as_ann, bo, "mute", duration="").json()["muting"] is True
        assert Mute.objects.get().until is None

    @pytest.mark.parametrize(
        "duration", ["0", "-5", "1.5", "week", "1000000000", "9" * 5000, "\u0663"]
    )
    def test_wrong_durations(self, as_ann, bo, duration):
        response = post(as_ann, bo, "mute", duration=duration)

        assert (response.status_code, response.json()["code"]) == (400, "bad_duration")
        assert Mute.objects.count() == 0

    def test_request_and_withdraw(self, as_ann, ann, bo, asks):
        told = self.twice(as_ann, bo, "follow")

        assert (told["requested"], told["following"]) == (True, False)
        assert told["counts"] == {"followers": 0, "following": 0}
        assert self.twice(as_ann, bo, "withdraw")["requested"] is False
        assert FollowRequest.objects.count() == 0

    def test_unfollow_withdraws_a_request(self, as_ann, ann, bo, asks):
        follow(ann, bo)

        assert self.twice(as_ann, bo, "unfollow")["requested"] is False
        assert FollowRequest.objects.count() == 0

    def test_accept(self, as_ann, ann, bo, make_user, asks):
        follow(make_user(), ann)
        follow(bo, ann)

        told = post(as_ann, bo, "accept").json()

        assert (told["followed_by"], told["requested_by"]) == (True, False)
        assert told["viewer"]["counts"] == {"followers": 1, "following": 0, "requests": 1}
        assert is_following(bo, ann)
        assert post(as_ann, bo, "accept").json() == told

    def test_reject(self, as_ann, ann, bo, asks):
        follow(bo, ann)

        told = self.twice(as_ann, bo, "reject")

        assert (told["followed_by"], told["requested_by"]) == (False, False)
        assert told["viewer"]["counts"]["requests"] == 0

    def test_nobody_answers_the_requests_of_others(self, as_ann, ann, bo, make_user, asks):
        cy = make_user("cy")
        follow(bo, cy)
        follow(ann, bo)
        for action in ("reject", "withdraw", "unfollow", "remove"):
            post(as_ann, cy, action)
        post(as_ann, bo, "reject")

        assert post(as_ann, bo, "accept").status_code == 404
        assert FollowRequest.objects.count() == 2

    def test_hide(self, as_ann, ann, bo):
        self.twice(as_ann, bo, "hide")

        assert HiddenSuggestion.objects.get().ends == (ann.pk, bo.pk)

    def test_other_models_only_know_follow(self, as_ann, ann, bo):
        """The key of a topic must not be taken for that of a user."""
        topic = Topic.objects.create(pk=1, name="Tea")
        for action in ("remove", "block", "unblock", "mute", "unmute"):
            response = post(as_ann, topic, action, model="testapp.topic")

            assert (response.status_code, response.json()["code"]) == (400, "no_such_edge")
        for action in ("accept", "reject", "withdraw", "hide"):
            response = post(as_ann, topic, action, model="testapp.topic")

            assert (response.status_code, response.json()["code"]) == (400, "no_such_edge")


class TestRefusals:
    def refused(self, response, status, code):
        body = response.json()
        assert (response.status_code, body["status"], body["code"]) == (status, "error", code)
        assert Follow.objects.count() == 0
        return body["message"]

    def test_blocking(self, as_ann, ann, bo):
        block(ann, bo)

        message = self.refused(post(as_ann, bo, "follow"), 403, "blocking")

        assert message == "You block this person. Unblock them first."

    def test_blocked_says_no_more_than_needed(self, as_ann, ann, bo, url):
        block(bo, ann)

        message = self.refused(post(as_ann, bo, "follow"), 403, "not_allowed")

        assert message == "You cannot follow this person."
        for answer in (post(as_ann, bo, "unfollow").content, post(as_ann, bo, "mute").content):
            assert b"blocked" not in answer
        page = as_ann.post(url, {"id": bo.pk, "action": "follow"}, headers=HTML)
        assert page.status_code == 403
        assert "You cannot follow this person." in page.text
        assert "block" not in page.text

    def test_limit(self, as_ann, ann, bo, settings):
        settings.FOLLOW_MAX_FOLLOWING = 0

        message = self.refused(post(as_ann, bo, "follow"), 409, "limit_reached")

        assert message.startswith("You follow as many people")

    def test_limit_of_somebody_else(self, as_ann, ann, bo, settings, asks):
        follow(bo, ann)
        settings.FOLLOW_MAX_FOLLOWING = 0

        message = self.refused(post(as_ann, bo, "accept"), 409, "limit_reached")

        assert message.startswith("This person")
        assert FollowRequest.objects.count() == 1

    def test_request_that_is_gone(self, as_ann, bo):
        self.refused(post(as_ann, bo, "accept"), 404, "no_such_request")

    @pytest.mark.parametrize("blocker", ["viewer", "other"])
    def test_a_request_across_a_block_is_gone_too(self, as_ann, ann, bo, asks, blocker):
        block(*((ann, bo) if blocker == "viewer" else (bo, ann)))
        FollowRequest.objects.create(follower=bo, followee=ann)

        self.refused(post(as_ann, bo, "accept"), 404, "no_such_request")

    @pytest.mark.parametrize("action", ["block", "mute", "hide"])
    def test_oneself(self, as_ann, ann, action):
        self.refused(post(as_ann, ann, action), 400, "self_follow")

    def test_an_error_of_the_project(self, as_ann, bo):
        class TooYoung(FollowError):
            code = "too_young"

        def refuse(**kwargs):
            raise TooYoung("Come back in a week.")

        from django.db.models.signals import pre_save

        pre_save.connect(refuse, sender=Follow)
        try:
            message = self.refused(post(as_ann, bo, "follow"), 400, "too_young")
        finally:
            pre_save.disconnect(refuse, sender=Follow)

        assert message == "Come back in a week."

    def test_every_text_is_looked_up_when_it_is_shown(self):
        assert all(isinstance(text, Promise) for _, _, text in REFUSALS.values())


HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/people/?page=2"}


class TestHtmx:
    def test_answers_the_button(self, as_ann, ann, bo, url):
        response = as_ann.post(url, {"id": bo.pk, "action": "follow"}, headers=HTMX)

        assert response.status_code == 200
        assert response.text.startswith("<form")
        assert 'value="unfollow" aria-pressed="true"' in response.text
        assert f'name="id" value="{bo.pk}"' in response.text
        assert 'name="next" value="http://testserver/people/?page=2"' in response.text
        assert "csrfmiddlewaretoken" in response.text
        assert is_following(ann, bo)

    def test_another_model(self, as_ann, url):
        topic = Topic.objects.create(name="Tea")
        data = {"id": topic.pk, "action": "follow", "model": "testapp.topic"}

        response = as_ann.post(url, data, headers=HTMX)

        assert 'name="model" value="testapp.topic"' in response.text
        assert 'value="unfollow"' in response.text

    def test_anonymous_is_sent_to_sign_in(self, client, bo, url):
        response = client.post(url, {"id": bo.pk, "action": "follow"}, headers=HTMX)

        assert response.status_code == 401
        assert response["HX-Redirect"] == (
            "/accounts/login/?next=http%3A//testserver/people/%3Fpage%3D2"
        )

    def test_never_leaves_the_site(self, client, bo, url):
        headers = {**HTMX, "HX-Current-URL": "https://evil.example/"}

        response = client.post(url, {"id": bo.pk, "action": "follow"}, headers=headers)

        assert response["HX-Redirect"] == "/accounts/login/?next=/"

    def test_refusal(self, as_ann, ann, bo, url):
        block(bo, ann)

        response = as_ann.post(url, {"id": bo.pk, "action": "follow"}, headers=HTMX)

        assert response.status_code == 403
        assert response.text == (
            '<p class="follow-refusal" role="alert">You cannot follow this person.</p>'
        )

    def test_a_boosted_form_is_a_form(self, as_ann, bo, url):
        headers = {**HTMX, "HX-Boosted": "true"}

        response = as_ann.post(url, {"id": bo.pk, "action": "follow"}, headers=headers)

        assert (response.status_code, response.url) == (302, "http://testserver/people/?page=2")


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
