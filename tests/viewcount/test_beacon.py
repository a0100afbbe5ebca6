"""The addresses that pages send their views to."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import Any

import pytest
from django.core import signing
from django.test import Client, RequestFactory
from django.urls import reverse
from testapp.models import Topic

from django_viewcount.api import get_unique_views, get_views
from django_viewcount.signing import SALT, beacon_token
from django_viewcount.views import batch_view

from .conftest import CHROME

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["database", "redis"])
def topic(request: pytest.FixtureRequest) -> Topic:
    if request.param == "redis":
        request.getfixturevalue("redis_backend")
    return Topic.objects.create(name="Jazz")


@pytest.fixture
def browser() -> Client:
    """Checks forged requests, as a site does, and has none of the tokens against them."""
    return Client(enforce_csrf_checks=True, headers={"User-Agent": CHROME})


class CutOff(BytesIO):
    """What is left of a client that has gone away."""

    def read(self, size: int | None = -1) -> bytes:
        raise OSError


def send(client: Client, **data: Any) -> Any:
    return client.post(reverse("django_viewcount:beacon"), data)


def send_batch(client: Client, views: Any) -> Any:
    url = reverse("django_viewcount:batch")
    return client.post(url, {"views": views}, content_type="application/json")


def refused(response: Any) -> tuple[int, str]:
    body = response.json()
    assert body["status"] == "error"
    assert body["message"]
    return response.status_code, body["code"]


class TestBeacon:
    def test_counts(self, browser: Client, topic: Topic) -> None:
        response = send(browser, target=beacon_token(topic), token="a")

        assert (response.status_code, response.content) == (204, b"")
        assert not response.cookies
        assert not response.has_header("Vary")
        assert get_views(topic) == get_unique_views(topic) == 1

    def test_same_token_counts_once(self, browser: Client, topic: Topic) -> None:
        for token in ("a", "a", "b"):
            assert send(browser, target=beacon_token(topic), token=token).status_code == 204

        assert get_views(topic) == 2

    def test_without_token(self, browser: Client, topic: Topic) -> None:
        send(browser, target=beacon_token(topic))

        assert get_views(topic) == 1

    def test_costs_one_round_trip_and_no_query(
        self,
        browser: Client,
        redis_backend: Any,
        round_trips: Callable[[], Any],
        django_assert_num_queries: Any,
    ) -> None:
        target = beacon_token(Topic(pk=5))
        send(browser, target=target, token="a")

        with round_trips() as sent, django_assert_num_queries(0):
            send(browser, target=target, token="b")
        assert len(sent) == 1

    def test_rules_apply(self, topic: Topic) -> None:
        robot = Client(headers={"User-Agent": "Googlebot/2.1"})

        assert send(robot, target=beacon_token(topic)).status_code == 204
        assert get_views(topic) == 0
        assert get_views(topic, counter="robot") == 1

    def test_signed_in_user_is_not_looked_up(self, browser: Client, topic: Topic, ann: Any) -> None:
        browser.force_login(ann)

        response = send(browser, target=beacon_token(topic))

        assert not response.has_header("Vary")

    @pytest.mark.parametrize("method", ["get", "head", "put", "delete"])
    def test_only_post(self, method: str, client: Client) -> None:
        response = getattr(client, method)(reverse("django_viewcount:beacon"))

        assert response.status_code == 405
        assert response["Allow"] == "POST"

    @pytest.mark.parametrize(
        ("data", "answer"),
        [
            ({}, (400, "target_required")),
            ({"target": ""}, (400, "target_required")),
            ({"target": "forged"}, (403, "invalid_beacon")),
            (
                {"target": signing.dumps(["testapp.topic", "1", "hits"], salt=SALT)},
                (403, "invalid_beacon"),
            ),
            ({"target": beacon_token(Topic(pk=1)), "token": "x" * 65}, (400, "invalid_token")),
            ({"target": "x" * 70_000}, (413, "too_large")),
        ],
    )
    def test_refused(self, data: Any, answer: Any, browser: Client) -> None:
        assert refused(send(browser, **data)) == answer
        assert get_views(Topic(pk=1)) == 0

    def test_expired(self, browser: Client, topic: Topic, settings: Any) -> None:
        target = beacon_token(topic)
        settings.VIEWCOUNT_BEACON_MAX_AGE = -1

        assert refused(send(browser, target=target)) == (403, "expired_beacon")
        assert get_views(topic) == 0

    @pytest.mark.parametrize(
        ("content_type", "body", "code"),
        [
            ("text/plain", b"x", "target_required"),
            ("multipart/form-data", b"x", "malformed"),
            ("application/x-www-form-urlencoded; charset=utf-16", b"a=1", "malformed"),
            ("application/x-www-form-urlencoded", b"&".join([b"a=1"] * 1_500), "malformed"),
            ("application/x-www-form-urlencoded", b"target=%ED%A0%80:b:c", "invalid_beacon"),
        ],
    )
    def test_not_a_form(self, content_type: str, body: bytes, code: str, browser: Client) -> None:
        url = reverse("django_viewcount:beacon")

        assert refused(browser.generic("POST", url, body, content_type))[1] == code

    def test_redis_is_away(self, browser: Client, settings: Any) -> None:
        settings.VIEWCOUNT_REDIS_URL = "redis://127.0.0.1:1/0"

        assert send(browser, target=beacon_token(Topic(pk=1))).status_code == 204


class TestBatch:
    def test_counts_each(self, browser: Client, topic: Topic, settings: Any) -> None:
        settings.VIEWCOUNT_COUNTERS = ["click"]
        other = Topic.objects.create(name="Blues")
        views = [
            {"target": beacon_token(topic), "token": "a"},
            {"target": beacon_token(topic, "click"), "token": "b"},
            {"target": beacon_token(other)},
            {"target": beacon_token(topic), "token": "a"},
        ]

        response = send_batch(browser, views)

        assert response.status_code == 200
        counted = {"counted": True, "reason": "counted"}
        repeated = {"counted": False, "reason": "repeated"}
        assert response.json() == {"results": [counted, counted, counted, repeated]}
        assert (get_views(topic), get_views(topic, counter="click"), get_views(other)) == (1, 1, 1)
        assert not response.cookies
        assert not response.has_header("Vary")

    def test_bad_items_do_not_hold_up_the_others(self, browser: Client, topic: Topic) -> None:
        good = {"target": beacon_token(topic)}

        results = send_batch(browser, [{"target": "forged"}, good, 5, {}, good]).json()["results"]

        assert [result["reason"] for result in results] == [
            *("invalid_beacon", "counted", "target_required", "target_required", "counted")
        ]
        assert get_views(topic) == 2

    @pytest.mark.parametrize("half", ["\ud800", "\ud800:b:c", "a:\ud800:c", "a:b:\ud800"])
    def test_half_a_character(self, half: str, browser: Client, topic: Topic) -> None:
        """JSON can spell it, and no database can keep it."""
        target = beacon_token(topic)
        views = [{"target": half}, {"target": target, "token": half}, {"target": target}]

        results = send_batch(browser, views).json()["results"]

        assert [result["reason"] for result in results] == [
            *("invalid_beacon", "invalid_token", "counted")
        ]

    def test_too_large_for_the_site(self, browser: Client, settings: Any) -> None:
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10

        assert refused(send_batch(browser, [])) == (413, "too_large")

    @pytest.mark.parametrize(
        ("length", "stream", "answer"),
        [
            ("", partial(BytesIO, b" " * 70_000), (413, "too_large")),
            ("x", BytesIO, (400, "malformed")),
            ("10", CutOff, (400, "malformed")),
        ],
    )
    def test_length_says_little(
        self, length: str, stream: Any, answer: tuple[int, str], rf: RequestFactory
    ) -> None:
        """A body may come in chunks, and it may end early."""
        request = rf.post("/")
        request.META["CONTENT_LENGTH"], request._stream = length, stream()

        response = batch_view(request)

        assert (response.status_code, json.loads(response.content)["code"]) == answer

    @pytest.mark.parametrize("number", [1, 50])
    def test_costs_one_round_trip_and_no_query(
        self,
        number: int,
        browser: Client,
        redis_backend: Any,
        round_trips: Callable[[], Any],
        django_assert_num_queries: Any,
    ) -> None:
        views = [{"target": beacon_token(Topic(pk=pk)), "token": str(pk)} for pk in range(number)]
        send_batch(browser, views)

        with round_trips() as sent, django_assert_num_queries(0):
            results = send_batch(browser, views).json()["results"]
        assert len(sent) == 1
        assert {result["reason"] for result in results} == {"repeated"}

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ("", "invalid_json"),
            ("{", "invalid_json"),
            ("[]", "invalid_json"),
            ("5", "invalid_json"),
            ("[" * 50_000, "invalid_json"),
            ("\udc80", "invalid_json"),
            ('{"views": 5}', "too_many"),
            ('{"views": [' + ",".join(["1"] * 101) + "]}", "too_many"),
        ],
    )
    def test_malformed(self, body: str, code: str, browser: Client) -> None:
        url, data = reverse("django_viewcount:batch"), body.encode("utf-8", "surrogateescape")

        response = browser.generic("POST", url, data, content_type="application/json")

        assert refused(response) == (400, code)
