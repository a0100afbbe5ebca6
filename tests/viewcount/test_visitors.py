from __future__ import annotations

import pytest
from django.test import RequestFactory

from django_viewcount.visitors import Reason, refusal


def test_get_is_a_view() -> None:
    assert refusal(RequestFactory().get("/")) is None


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_other_methods_are_not(method: str) -> None:
    assert refusal(RequestFactory().generic(method, "/")) is Reason.METHOD


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Sec-Purpose", "prefetch"),
        ("Sec-Purpose", "prefetch;prerender"),
        ("Sec-Purpose", "prefetch;anonymous-client-ip"),
        ("Purpose", "prefetch"),
        ("X-Purpose", "preview"),
        ("X-Moz", "Prefetch"),
    ],
)
def test_prefetch_is_not(header: str, value: str) -> None:
    request = RequestFactory().get("/", headers={header: value})

    assert refusal(request) is Reason.PREFETCH


@pytest.mark.parametrize("value", ["", "navigate", "prefetched"])
def test_other_purposes_are_views(value: str) -> None:
    assert refusal(RequestFactory().get("/", headers={"Sec-Purpose": value})) is None


def test_reason_reads_as_its_value() -> None:
    assert [f"{reason}" for reason in Reason] == ["counted", "method", "prefetch", "unavailable"]
    assert Reason("counted") is Reason.COUNTED
    assert Reason.METHOD == "method"
