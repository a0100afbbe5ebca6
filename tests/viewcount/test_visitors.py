from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from testapp.models import Picture, Topic

from django_viewcount import salts
from django_viewcount.backends import get_backend
from django_viewcount.backends.base import Visitor
from django_viewcount.backends.dummy import DummyBackend
from django_viewcount.clock import site_zone
from django_viewcount.reasons import Reason
from django_viewcount.visitors import detail, refusal, visitor_from, visitor_of

from .conftest import CHROME

NOW = datetime(2026, 1, 2, 12, tzinfo=timezone.utc)


@pytest.fixture(autouse=True)
def _dummy(settings: Any) -> None:
    settings.VIEWCOUNT_BACKEND = "django_viewcount.backends.dummy.DummyBackend"


def request_of(method: str = "GET", **meta: Any) -> Any:
    meta = {"REMOTE_ADDR": "203.0.113.7", "HTTP_USER_AGENT": CHROME} | meta
    return RequestFactory().generic(method, "/", **meta)


def who(request: Any, at: datetime = NOW) -> Visitor:
    return visitor_of(request, at, "default")


class TestRefusal:
    def test_get_is_a_view(self) -> None:
        assert refusal(request_of(), Topic(pk=1)) is None
        assert refusal(RequestFactory().get("/"), None) is None

    @pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
    def test_other_methods_are_not(self, method: str) -> None:
        assert refusal(request_of(method), None) is Reason.METHOD
        assert refusal(request_of(method), None, beacon=True) is None

    @pytest.mark.parametrize(
        ("header", "value"),
        [
            ("HTTP_SEC_PURPOSE", "prefetch"),
            ("HTTP_SEC_PURPOSE", "prefetch;prerender"),
            ("HTTP_SEC_PURPOSE", "prefetch;anonymous-client-ip"),
            ("HTTP_PURPOSE", "prefetch"),
            ("HTTP_X_PURPOSE", "preview"),
            ("HTTP_X_SEC_PURPOSE", "prefetch"),
            ("HTTP_X_MOZ", "Prefetch"),
        ],
    )
    def test_prefetch_is_not(self, header: str, value: str) -> None:
        request = request_of(**{header: value})

        assert refusal(request, None) is Reason.PREFETCH
        assert refusal(request, None, beacon=True) is None
        assert f'"{value}"' in detail(Reason.PREFETCH, request, None)

    @pytest.mark.parametrize("value", ["", "navigate", "prefetched"])
    def test_other_purposes_are_views(self, value: str) -> None:
        assert refusal(request_of(HTTP_SEC_PURPOSE=value), None) is None

    @pytest.mark.parametrize("header", ["HTTP_DNT", "HTTP_SEC_GPC"])
    def test_opt_out_is_respected_if_the_site_says_so(self, header: str, settings: Any) -> None:
        request = request_of(**{header: "1"})

        assert refusal(request, None) is None
        settings.VIEWCOUNT_RESPECT_OPT_OUT = True
        assert refusal(request, None) is Reason.OPT_OUT
        assert refusal(request, None, beacon=True) is Reason.OPT_OUT
        assert refusal(request_of(**{header: "0"}), None) is None
        assert "asks not to be followed" in detail(Reason.OPT_OUT, request, None)

    @pytest.mark.parametrize("respected", [False, True])
    def test_a_beacon_is_looked_at_as_well(self, respected: bool, settings: Any) -> None:
        settings.VIEWCOUNT_RESPECT_OPT_OUT = respected
        request = request_of("POST", HTTP_DNT="1", HTTP_USER_AGENT="Googlebot/2.1")

        expected = Reason.OPT_OUT if respected else Reason.ROBOT
        assert refusal(request, None, beacon=True) is expected

    def test_the_first_reason_counts(self, settings: Any) -> None:
        settings.VIEWCOUNT_RESPECT_OPT_OUT = True
        settings.VIEWCOUNT_EXCLUDE = [lambda request, obj: "HTTP_X_KIOSK" in request.META]
        settings.VIEWCOUNT_OWNER_FIELD = "owner"
        user = get_user_model()(pk=7)
        picture = Picture(owner=user)
        meta = {
            "HTTP_PURPOSE": "prefetch",
            "HTTP_DNT": "1",
            "HTTP_USER_AGENT": "Googlebot/2.1",
            "HTTP_X_KIOSK": "1",
        }

        def reason(method: str = "GET") -> Reason | None:
            request = request_of(method, **meta)
            request.user = user
            return refusal(request, picture)

        assert reason("POST") is Reason.METHOD
        for expected in (Reason.PREFETCH, Reason.OPT_OUT, Reason.ROBOT, Reason.EXCLUDED):
            assert reason() is expected
            del meta[next(iter(meta))]
        assert reason() is Reason.OWNER
        settings.VIEWCOUNT_OWNER_FIELD = None
        assert reason() is None

    @hypothesis_settings(deadline=None)
    @given(st.dictionaries(st.sampled_from(["HTTP_PURPOSE", "HTTP_DNT", "HTTP_HOST"]), st.text()))
    def test_any_headers(self, meta: dict[str, str]) -> None:
        refusal(request_of(**meta), None)
        who(request_of(**meta))


def test_detail_names_what_applies(settings: Any) -> None:
    settings.VIEWCOUNT_EXCLUDE = ["superusers"]
    settings.VIEWCOUNT_OWNER_FIELD = "owner"
    request = request_of(HTTP_SEC_GPC="1", HTTP_USER_AGENT="curl/8")
    request.user = get_user_model()(pk=7, is_superuser=True)
    settings.VIEWCOUNT_RESPECT_OPT_OUT = True

    for reason, part in (
        (Reason.METHOD, "The method is GET"),
        (Reason.OPT_OUT, "Sec-GPC: 1"),
        (Reason.ROBOT, '"curl/"'),
        (Reason.EXCLUDED, '"superusers"'),
        (Reason.OWNER, '"owner"'),
    ):
        assert part in detail(reason, request, Picture(owner=request.user))


def test_every_reason_has_a_sentence() -> None:
    request = request_of()

    sentences = {detail(reason, request, Topic(pk=1)) for reason in Reason}

    assert len(sentences) == len(Reason)
    assert all(sentence.endswith(".") for sentence in sentences)
    assert [f"{reason}" for reason in Reason] == [reason.value for reason in Reason]


class TestVisitor:
    def test_address_browser_and_host(self) -> None:
        one = who(request_of())

        assert one == who(request_of())
        for meta in (
            {"REMOTE_ADDR": "203.0.113.8"},
            {"HTTP_USER_AGENT": "Mozilla/5.0"},
            {"HTTP_HOST": "other.example"},
        ):
            assert who(request_of(**meta)).id != one.id

    def test_one_household_of_ipv6(self) -> None:
        ids = [
            who(request_of(REMOTE_ADDR=address)).id
            for address in ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1")
        ]

        assert ids[0] == ids[1] != ids[2]

    def test_networks(self) -> None:
        same = {who(request_of(REMOTE_ADDR=f"203.0.113.{n}")).network for n in (1, 2, 200)}

        assert len(same) == 1
        assert who(request_of(REMOTE_ADDR="203.0.114.1")).network not in same
        one, other, far = (
            who(request_of(REMOTE_ADDR=address)).network
            for address in ("2001:db8:1::1", "2001:db8:1:2::1", "2001:db8:2::1")
        )
        assert one == other != far

    def test_user_who_is_known(self, ann: Any, bo: Any) -> None:
        requests = [request_of(), request_of(REMOTE_ADDR="198.51.100.1", HTTP_USER_AGENT="x")]
        for request in requests:
            request.user = ann
        assert who(requests[0]).id == who(requests[1]).id
        requests[1].user = bo
        assert who(requests[0]).id != who(requests[1]).id
        requests[0].user = AnonymousUser()
        assert who(requests[0]) == who(request_of())

    def test_text_of_the_project(self, settings: Any, ann: Any) -> None:
        plain, request = who(request_of()), request_of()
        request.user = ann
        settings.VIEWCOUNT_VISITOR = lambda request: request.META.get("HTTP_X_DEVICE")
        assert who(request_of()) == plain
        request.META["HTTP_X_DEVICE"] = "d7"
        assert who(request).id == visitor_from("d7", NOW, "default").id
        assert who(request).network == plain.network

    def test_text_of_an_import(self, settings: Any) -> None:
        settings.VIEWCOUNT_COOLDOWN = 24 * 3600
        one, other = (visitor_from(text, NOW, "default") for text in ("d7", "d8"))

        assert one == visitor_from("d7", NOW, "default") != other
        assert one.network != other.network
        assert one.previous == visitor_from("d7", NOW - timedelta(days=1), "default").id

    def test_text_is_no_user_and_no_address(self) -> None:
        """Whatever it says: the bytes that are hashed may be the same, the hashes are not."""
        request, user = request_of(HTTP_HOST="h"), get_user_model()(pk=7)
        address = f"h\n{CHROME}\n" + bytes([49, 50, 51, 52]).decode()
        request.META["REMOTE_ADDR"] = "49.50.51.52"
        assert visitor_from(address, NOW, "default").id != who(request).id
        request.user = user
        assert visitor_from(f"{user._meta.label} 7", NOW, "default").id != who(request).id

    def test_another_salt_has_other_hashes(self) -> None:
        backend = get_backend()
        assert isinstance(backend, DummyBackend)
        one = who(request_of())
        tomorrow = who(request_of(), NOW + timedelta(days=1))
        backend.clear()
        salts.forget()
        again = who(request_of())

        assert len({one.id, tomorrow.id, again.id}) == 3
        assert len({one.network, tomorrow.network, again.network}) == 3

    def test_day_is_that_of_the_site(self, settings: Any) -> None:
        settings.TIME_ZONE = "Europe/Oslo"
        before, after = (NOW.replace(hour=hour, minute=59) for hour in (22, 23))

        assert who(request_of(), before).id == who(request_of(), NOW).id
        assert who(request_of(), after).id != who(request_of(), NOW).id

    def test_text_that_no_encoding_knows(self) -> None:
        assert visitor_from("\udc80", NOW, "default").id

    def test_nothing_in_the_clear(self, ann: Any) -> None:
        request = request_of()
        request.user = ann

        for visitor in (
            who(request),
            who(request_of()),
            visitor_from("203.0.113.7", NOW, "default"),
        ):
            text = repr(visitor)
            assert not any(part in text for part in ("203.0", "Chrome", ann.username))

    def test_day_before_is_told_while_the_cooldown_reaches_it(self, settings: Any) -> None:
        settings.TIME_ZONE = "Europe/Oslo"
        midnight = datetime(2026, 1, 1, 23, tzinfo=timezone.utc)
        before = who(request_of(), midnight - timedelta(minutes=1))
        after = midnight + timedelta(minutes=10)
        assert who(request_of(), after).previous is None
        settings.VIEWCOUNT_COOLDOWN = 600
        assert who(request_of(), after).previous is None
        settings.VIEWCOUNT_COOLDOWN = 601
        visitor = who(request_of(), after)
        assert before.previous is None
        assert visitor.previous == who(request_of(), midnight - timedelta(minutes=1)).id
        assert visitor.id != visitor.previous

    def test_day_whose_clocks_change(self, settings: Any) -> None:
        """Three hours after midnight by the clock are two."""
        settings.TIME_ZONE = "Europe/Oslo"
        settings.VIEWCOUNT_COOLDOWN = 2.5 * 3600
        at = datetime(2026, 3, 29, 3, tzinfo=site_zone())

        assert who(request_of(), at).previous is not None
