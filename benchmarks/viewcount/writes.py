"""Counting one view."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import Group

from django_viewcount.api import count_view

from ..measuring import Contender, Timing, compare
from ..tables import Row, times
from .site import client, configured, hit, on_cores, on_server, round_trips, visit

ROUNDS = 3000


def rows(farm: Any, node: Any, objects: int) -> Iterator[Row]:
    groups = list(Group.objects.order_by("pk")[:1000])
    requests = [visit(number) for number in range(ROUNDS + 10)]
    with on_cores(node.pid, apart=True):
        yield from plain(groups, requests)
        yield from guarded(groups, requests)
    with on_cores(node.pid, apart=False):
        found = beside_ping(groups, requests)
    yield Row(
        "count_view beside PING, server and client on one core",
        us(found["ours"]),
        us(found["ping"]),
        **times(found["ours"], found["ping"]),
    )
    yield from one_of_a_new_visitor(groups)
    yield from in_database(node, groups)


def two_calls(i: int, group: Group) -> None:
    """What tutorials do: two round trips, each counting on its own."""
    server = client()
    server.incr(f"image:{group.pk}:views")
    server.zincrby("image_ranking", 1, group.pk)


def plain(groups: list[Group], requests: list[Any]) -> Iterator[Row]:
    server = client()
    found = compare(
        ROUNDS,
        50,
        ours=Contender(lambda i: count_view(requests[i % len(requests)], groups[i % 1000])),
        ping=Contender(lambda i: server.ping()),
        tutorial=Contender(lambda i: two_calls(i, groups[i % 1000])),
    )
    trips = round_trips(lambda: count_view(requests[0], groups[0]))
    ours = found["ours"]
    cells = times(ours, found["ping"], 2.2)
    cells["met"] = cells["met"] and trips == 1 and ours.statements == 0
    cells["bar"] += " PING, 1 round trip, no SQL"
    yield Row(
        f"count_view, beside a bare PING; {trips} round trip", us(ours), us(found["ping"]), **cells
    )
    yield Row(
        "count_view, beside a tutorial's INCR and ZINCRBY",
        us(ours),
        us(found["tutorial"]),
        **times(ours, found["tutorial"]),
    )


def one_of_a_new_visitor(groups: list[Group]) -> Iterator[Row]:
    found = beside_hitcount(groups)
    yield Row(
        "count_view of a new visitor",
        us(found["ours"]),
        "",
        found["peer"],
        **times(found["ours"], found["peer"], 0.06),
    )


def beside_ping(groups: list[Group], requests: list[Any]) -> dict[str, Timing]:
    server = client()
    return compare(
        ROUNDS,
        50,
        ours=Contender(lambda i: count_view(requests[i % len(requests)], groups[i % 1000])),
        ping=Contender(lambda i: server.ping()),
    )


def beside_hitcount(groups: list[Group]) -> dict[str, Timing]:
    ours, peer = ([visit(start + i) for i in range(310)] for start in (50_000, 60_000))
    return compare(
        300,
        ours=Contender(lambda i: count_view(ours[i], groups[i])),
        peer=Contender(lambda i: hit(peer[i], groups[i])),
    )


def guarded(groups: list[Group], requests: list[Any]) -> Iterator[Row]:
    cooldown = {"VIEWCOUNT_COOLDOWN": 1800}
    for name, settings, bar in (
        ("a cooldown", cooldown, 2.5),
        ("a cooldown and a limit", cooldown | {"VIEWCOUNT_NETWORK_LIMIT": 99}, None),
    ):
        with configured(**settings):
            found = beside_ping(groups, requests)
            trips = round_trips(lambda: count_view(requests[0], groups[0]))
        cells = times(found["ours"], found["ping"], bar)
        if bar:
            cells["met"] = cells["met"] and trips == 1
        yield Row(
            f"count_view with {name}; {trips} round trip",
            us(found["ours"]),
            us(found["ping"]),
            **cells,
        )


def in_database(node: Any, groups: list[Group]) -> Iterator[Row]:
    with on_server(None):
        found = beside_hitcount(groups)
    yield Row(
        "count_view without Redis",
        found["ours"],
        "",
        found["peer"],
        **times(found["ours"], found["peer"]),
    )


def us(timing: Timing) -> str:
    return f"{timing.median * 1e6:.0f} µs, {timing.statements} st"
