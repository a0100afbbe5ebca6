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
    yield from of_new_visitors(groups)
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


def of_new_visitors(groups: list[Group]) -> Iterator[Row]:
    for views, bar in ((10, 0.06), (1, None)):
        found = beside_hitcount(groups, views, ping=Contender(ping(views)))
        in_a_row = f"{views} views in a row, each" if views > 1 else "one view, after a peer's,"
        yield Row(
            f"{in_a_row} of a new visitor, beside a PING",
            us(found["ours"], views),
            us(found["ping"], views),
            f"{found['peer'].median * 1e3 / views:.2f} ms, {found['peer'].statements // views} st",
            **times(found["ours"], found["peer"], bar),
        )


def beside_ping(groups: list[Group], requests: list[Any]) -> dict[str, Timing]:
    server = client()
    return compare(
        ROUNDS,
        50,
        ours=Contender(lambda i: count_view(requests[i % len(requests)], groups[i % 1000])),
        ping=Contender(lambda i: server.ping()),
    )


def ping(times: int) -> Any:
    server = client()
    return lambda i: [server.ping() for _ in range(times)]


def beside_hitcount(groups: list[Group], views: int = 1, **floor: Contender) -> dict[str, Timing]:
    """Rounds of some views in a row, as a process of a busy site has them."""
    rounds = 300 // views
    ours, peer = (
        [visit(start + i) for i in range((rounds + 10) * views)] for start in (50_000, 60_000)
    )

    def in_a_row(count: Any) -> Any:
        return lambda i: [count(number) for number in range(i * views, (i + 1) * views)]

    return compare(
        rounds,
        ours=Contender(in_a_row(lambda i: count_view(ours[i], groups[i % 1000]))),
        peer=Contender(in_a_row(lambda i: hit(peer[i], groups[i % 1000]))),
        **floor,
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


def us(timing: Timing, views: int = 1) -> str:
    return f"{timing.median * 1e6 / views:.0f} µs, {timing.statements // views} st"
