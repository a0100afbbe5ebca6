from __future__ import annotations

from socket import AF_INET, AF_INET6, inet_pton
from typing import Any

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from django_viewcount.addresses import (
    client_address,
    host_part,
    network_part,
    packed,
    problems,
)

PROXY = "10.0.0.1"
CDN = "2001:db8:cd::5"
CLIENT = "203.0.113.7"


def address(text: str) -> bytes:
    return inet_pton(AF_INET6 if ":" in text else AF_INET, text)


def meta(peer: str | None = PROXY, forwarded: str | None = None) -> dict[str, str]:
    headers = {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded}
    return {name: value for name, value in headers.items() if value is not None}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CLIENT, CLIENT),
        (f" {CLIENT} ", CLIENT),
        (f"{CLIENT}:4711", CLIENT),
        (f'"{CLIENT}"', CLIENT),
        (f"::ffff:{CLIENT}", CLIENT),
        (f"[::ffff:{CLIENT}]:4711", CLIENT),
        ("2001:DB8:0:0::7", "2001:db8::7"),
        ("[2001:db8::7]", "2001:db8::7"),
        ("[2001:db8::7]:4711", "2001:db8::7"),
        ('"[2001:db8::7]:4711"', "2001:db8::7"),
        ("fe80::1%eth0", "fe80::1"),
    ],
)
def test_an_address_has_one_form(text: str, expected: str) -> None:
    assert packed(text) == address(expected)


@pytest.mark.parametrize(
    "text",
    [
        *(None, "", "unknown", "_hidden", "1.2.3", "1.2.3.256", "1.2.3.4.5", "::1::", "[", "[]:1"),
        *(":", "a\0b", "\udc80", "\uff11.2.3.4", "1" * 10_000, 7),
    ],
)
def test_what_is_no_address_is_none(text: Any) -> None:
    assert packed(text) == b""


def test_parts() -> None:
    v4, v6 = address(CLIENT), address("2001:db8:1:2:3:4:5:6")

    assert (host_part(v4), network_part(v4)) == (v4, v4[:3])
    assert host_part(v6) == address("2001:db8:1:2::")[:8]
    assert network_part(v6) == address("2001:db8:1::")[:6]
    assert (host_part(b""), network_part(b"")) == (b"", b"")


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "expected"),
    [
        # Nothing is believed by default, whatever a client sends.
        (0, PROXY, CLIENT, PROXY),
        ((), PROXY, CLIENT, PROXY),
        # So many proxies, each of which has added who asked it.
        (1, PROXY, CLIENT, CLIENT),
        (1, PROXY, f"6.6.6.6,7.7.7.7, {CLIENT}", CLIENT),
        (2, PROXY, f"6.6.6.6, {CLIENT}, 10.0.0.2", CLIENT),
        (2, PROXY, f"{CLIENT}, 10.0.0.2", CLIENT),
        (2, PROXY, CLIENT, CLIENT),
        (1, PROXY, "6.6.6.6, unknown", PROXY),
        (1, PROXY, "", PROXY),
        (1, PROXY, None, PROXY),
        (1, None, CLIENT, CLIENT),
        (-1, PROXY, CLIENT, PROXY),
        (1, PROXY, "6.6.6.6," * 5_000 + CLIENT, CLIENT),
        # These proxies and no others.
        ([PROXY], PROXY, CLIENT, CLIENT),
        ([PROXY], PROXY, f"6.6.6.6, {CLIENT}", CLIENT),
        (["10.0.0.0/8"], PROXY, f"6.6.6.6, {CLIENT}:80, 10.9.9.9", CLIENT),
        (["10.0.0.0/8", "2001:db8:cd::/48"], PROXY, f"{CLIENT}, {CDN}", CLIENT),
        (("10.0.0.7/8",), PROXY, CLIENT, CLIENT),
        (["10.0.0.0/8"], PROXY, "10.1.1.1, 10.2.2.2", "10.1.1.1"),
        (["10.0.0.0/8"], PROXY, f"{CLIENT}, unknown, 10.2.2.2", "10.2.2.2"),
        (["10.0.0.0/8"], "::ffff:10.0.0.1", CLIENT, CLIENT),
        (["192.0.2.1"], PROXY, CLIENT, PROXY),
        (["::/0"], PROXY, CLIENT, PROXY),
        (["10.0.0.0/8"], None, CLIENT, CLIENT),
        (["10.0.0.0/8"], "", f"{CLIENT}, 10.2.2.2", CLIENT),
        (["10.0.0.0/8"], PROXY, None, PROXY),
        (["nonsense", None, 7, PROXY], PROXY, CLIENT, CLIENT),
    ],
)
def test_who_is_believed(
    proxies: Any, peer: str | None, forwarded: str | None, expected: str, settings: Any
) -> None:
    settings.VIEWCOUNT_TRUSTED_PROXIES = proxies

    assert client_address(meta(peer, forwarded)) == address(expected)


@pytest.mark.parametrize("peer", [None, "", "unix:", "/run/site.sock"])
def test_a_client_may_be_unknown(peer: str | None) -> None:
    assert client_address(meta(peer)) == b""


@hypothesis_settings(deadline=None)
@given(
    st.one_of(st.integers(-2, 60), st.lists(st.one_of(st.text(), st.just("10.0.0.0/8")))),
    st.one_of(st.none(), st.text(), st.just(PROXY)),
    st.one_of(
        st.none(), st.text(), st.lists(st.sampled_from([PROXY, CLIENT, "", "x"])).map(",".join)
    ),
)
def test_never_raises(proxies: Any, peer: str | None, forwarded: str | None) -> None:
    with override_settings(VIEWCOUNT_TRUSTED_PROXIES=proxies):
        assert len(client_address(meta(peer, forwarded))) in (0, 4, 16)


@hypothesis_settings(deadline=None)
@given(st.lists(st.sampled_from(["6.6.6.6", "10.7.7.7", "x", "", "[::1]:1"]), max_size=80))
def test_a_client_cannot_add_to_the_left(forged: list[str]) -> None:
    """What a client sends by itself stands left of what the proxies add, and changes nothing."""
    forwarded = ", ".join([*forged, CLIENT, "10.0.0.2"])
    for proxies in (2, ["10.0.0.0/24"]):
        with override_settings(VIEWCOUNT_TRUSTED_PROXIES=proxies):
            assert client_address(meta(PROXY, forwarded)) == address(CLIENT)


@pytest.mark.parametrize("value", [0, 2, [], [PROXY, "10.0.0.0/8", "2001:db8::/32"], (PROXY,)])
def test_settings_without_problems(value: Any, settings: Any) -> None:
    settings.VIEWCOUNT_TRUSTED_PROXIES = value

    assert list(problems()) == []


@pytest.mark.parametrize(
    ("value", "named"),
    [
        (-1, "-1"),
        (True, "True"),
        ("10.0.0.1", "'10.0.0.1'"),
        (None, "None"),
        (["10.0.0.1", "proxy.internal"], "'proxy.internal'"),
        ([1], "has 1"),
    ],
)
def test_settings_with_problems(value: Any, named: str, settings: Any) -> None:
    settings.VIEWCOUNT_TRUSTED_PROXIES = value

    (problem,) = problems()

    assert named in problem
    assert "VIEWCOUNT_TRUSTED_PROXIES" in problem
