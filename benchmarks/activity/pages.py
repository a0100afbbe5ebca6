"""Home pages and other streams. Nothing is rendered, but actors and targets are fetched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from actstream.models import actor_stream as peer_actor_stream
from actstream.models import user_stream
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext, override_settings

from django_activity.api import log_many
from django_activity.models import Action
from django_activity.streams import Stream, actor_stream, home_stream, public_stream

from ..measuring import Contender, compare
from ..tables import Row, times, within
from . import history, sources

User = get_user_model()
SIZE = 20
DEEP = 200


def rows(readers: history.Readers, actions: int) -> Iterator[Row]:
    quiet, busy, keen, mixed = (
        User.objects.get(pk=key)
        for key in (readers.quiet, readers.busy, readers.keen, readers.mixed)
    )
    yield from home_page(quiet, "50 quiet followees", 10, peer_bar=0.02, seconds=0.005)
    yield from home_page(busy, "500 busy followees", 60, peer_bar=1.0)
    yield from home_page(keen, "2,000 followees", 30, seconds=0.025)
    yield from home_page(mixed, "500 followees, half of them quiet", 30)
    yield from options(busy)
    yield from depth(busy)
    yield from history_length(quiet, busy, actions)
    yield query_counts()
    yield from other_streams(busy)


def home_page(
    reader: Any, who: str, rounds: int, peer_bar: float | None = None, seconds: float | None = None
) -> Iterator[Row]:
    contenders: dict[str, Callable[[], list[Any]]] = {
        "ours": lambda: home_stream(reader).page(SIZE).actions,
        "plain": lambda: list(plain(reader)),
        "peer": lambda: list(user_stream(reader)[:SIZE]),
    }
    ours, theirs, peers = (_seen(run()[:SIZE]) for run in contenders.values())
    assert ours == theirs == peers
    assert len(ours) == SIZE
    # Each once more before, untimed: none is to pay for the memory that the one before has filled.
    found = compare(
        rounds,
        **{
            name: Contender(lambda _, run=run: run(), prepare=run)
            for name, run in contenders.items()
        },
    )
    cells = times(found["ours"], found["peer"], peer_bar)
    if seconds is not None:
        limit = within(found["ours"], seconds)
        cells["bar"] = ", ".join(filter(None, [cells.get("bar"), limit["bar"]]))
        cells["met"] = cells.get("met", True) and limit["met"]
    yield Row(f"home page of {SIZE}, {who}", found["ours"], found["plain"], found["peer"], **cells)


def plain(reader: Any) -> Any:
    """What a project writes first."""
    return (
        Action.objects.filter(actor__in=sources.followees(reader), public=True)
        .select_related("actor")
        .prefetch_related("target")
        .order_by("-created")[: SIZE + 1]
    )


def _seen(actions: list[Any]) -> list[tuple[Any, ...]]:
    return [
        (getattr(a, "created", None) or a.timestamp, a.actor.pk, a.verb, a.target.pk)
        for a in actions
    ]


def options(reader: Any) -> Iterator[Row]:
    """What is asked of a home stream besides."""
    seen = home_stream(reader).page(SIZE).next_cursor
    found = compare(
        60,
        bare=_page(home_stream(reader)),
        with_self=_page(home_stream(reader, with_self=True)),
        excluded=Contender(
            lambda _: home_stream(reader).page(SIZE),
            around=lambda: override_settings(ACTIVITY_EXCLUDED=sources.blocked),
        ),
        targets=Contender(
            lambda _: home_stream(reader).page(SIZE),
            around=lambda: override_settings(ACTIVITY_FOLLOWED_TARGETS=sources.groups),
        ),
        unseen=Contender(lambda _: home_stream(reader).count_since(seen)),
    )
    for name, work in (
        ("with_self", "with what the reader did"),
        ("excluded", "without 50 whom the reader has blocked"),
        ("targets", f"with actions on {history.FOLLOWED_TARGETS} followed targets"),
    ):
        ratio = found[name].median / found["bare"].median
        yield Row(f"500 busy followees, {work}", found[name], ratio=f"{ratio:.2f} of without")
    yield Row("how many are new, of these", found["unseen"])


def depth(reader: Any) -> Iterator[Row]:
    cursor = None
    for _ in range(DEEP - 1):
        cursor = home_stream(reader).page(SIZE, cursor).next_cursor
    assert cursor
    offset = SIZE * (DEEP - 1)
    found = compare(
        60,
        first=_page(home_stream(reader)),
        deep=_page(home_stream(reader), cursor),
        peer=Contender(lambda _: list(user_stream(reader)[offset : offset + SIZE])),
    )
    yield Row(
        f"page {DEEP} of it by cursor, beside page 1",
        found["deep"],
        "",
        found["peer"],
        **times(found["deep"], found["first"], 1.5),
    )


def history_length(quiet: Any, busy: Any, actions: int) -> Iterator[Row]:
    """The same home page on tables of several lengths."""
    for reader, who in ((quiet, "quiet"), (busy, "busy")):
        page = _page(home_stream(reader))
        smaller = {
            str(size): Contender(page.run, around=around)
            for size, around in history.tables(actions).items()
        }
        found = compare(60, whole=page, **smaller)
        for size in smaller:
            yield Row(
                f"{who} followees: {actions:,} actions beside {int(size):,}",
                f"{found['whole']}; {found[size]}",
                **times(found["whole"], found[size], 1.5),
            )


def query_counts() -> Row:
    """Statements for pages of 5 and of 50, with one type of target and with three."""
    reader = User.objects.get(pk=history.Readers.busy)
    actors = list(User.objects.filter(pk__in=sources.followees(reader))[:10])
    models = (Group, User, Permission)
    targets = [list(model.objects.all()[:20]) for model in models]
    found = {}
    for types in (1, 3):
        with transaction.atomic():
            log_many(
                {"actor": actors[i % 10], "verb": "likes", "target": targets[i % types][i // 3]}
                for i in range(60)
            )
            for size in (5, 50):
                with CaptureQueriesContext(connection) as queries:
                    page = home_stream(reader).page(size)
                assert len({type(action.target) for action in page.actions}) == types
                found[size, types] = len(queries)
            transaction.set_rollback(True)
    return Row(
        "queries of a page: 5 or 50 rows, 1 or 3 types of target",
        "; ".join(f"{found[5, types]} and {found[50, types]} with {types}" for types in (1, 3)),
        bar="≤ 2 + types",
        met=all(number <= 2 + types for (_, types), number in found.items())
        and found[5, 1] == found[50, 1]
        and found[5, 3] == found[50, 3],
    )


def other_streams(reader: Any) -> Iterator[Row]:
    active = User.objects.get(pk=1)
    for work, stream, peer in (("page of one actor's stream", actor_stream, peer_actor_stream),):
        found = compare(
            60,
            ours=_page(stream(active)),
            peer=Contender(lambda _, peer=peer: list(peer(active)[:SIZE])),
        )
        yield Row(work, found["ours"], "", found["peer"], **times(found["ours"], found["peer"]))
    yield Row("page of everything in public", compare(60, ours=_page(public_stream()))["ours"])


def _page(stream: Stream, cursor: str | None = None) -> Contender:
    return Contender(lambda _: stream.page(SIZE, cursor))
