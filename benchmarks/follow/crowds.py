"""Many at once: eight processes, each with a connection of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from statistics import median, quantiles
from typing import Any

from actstream import actions as stream
from actstream.models import Follow as StreamFollow
from django.contrib.auth import get_user_model
from django.db import connection
from friendship.models import Follow as Friendship

from django_follow import api
from django_follow.counting import recount
from django_follow.models import Follow

from ..measuring import PROCESSES, together
from ..tables import Row
from .graph import People

User = get_user_model()
TARGETS = 100
COUPLES = 300
FOLLOWS = 100  # by each process
ROUNDS = 9


def rows(people: People) -> Iterator[Row]:
    found = iter(User.objects.filter(pk__gte=people.fresh + 5000).order_by("pk")[:12_000])
    yield same_clicks(next(found), take(found, TARGETS))
    yield mutual(take(found, COUPLES), take(found, COUPLES))
    yield hot(found)


def take(users: Iterator[Any], number: int) -> list[Any]:
    return list(islice(users, number))


def same_clicks(clicker: Any, targets: list[Any]) -> Row:
    """All processes follow the same people for the same user."""
    ours = _clicks(api.follow, clicker, targets)
    friendship = _clicks(Friendship.objects.add_follower, clicker, targets)
    streams = _clicks(
        lambda one, other: stream.follow(one, other, send_action=False), clicker, targets
    )
    edges = Follow.objects.of(clicker).to_any(targets).count()
    keys = [clicker.pk, *(target.pk for target in targets)]
    wrong = recount(Follow, keys, "default", repair=False)
    return Row(
        f"{PROCESSES} connections click the same {TARGETS} follows",
        f"{edges} edges, {ours} errors, {len(wrong)} wrong counts",
        f"{Friendship.objects.filter(follower=clicker).count()} edges, {friendship} errors",
        f"{StreamFollow.objects.filter(user=clicker).count()} edges, {streams} errors",
        bar=f"{TARGETS} edges, 0, 0",
        met=edges == TARGETS and not ours and not wrong,
    )


def _clicks(follow: Callable[[Any, Any], object], clicker: Any, targets: list[Any]) -> int:
    def work(number: int, barrier: Any) -> int:
        errors = 0
        for target in targets:
            barrier.wait()
            try:
                follow(clicker, target)
            except Exception:
                errors += 1
        return errors

    return sum(together(work)[1])


def mutual(ones: list[Any], others: list[Any]) -> Row:
    """Two people follow each other at the same moment, in four couples of processes at a time."""
    before = _deadlocks()

    def work(number: int, barrier: Any) -> int:
        errors = 0
        for i in range(number // 2, COUPLES, PROCESSES // 2):
            pair = (ones[i], others[i]) if number % 2 else (others[i], ones[i])
            barrier.wait()
            try:
                api.follow(*pair)
            except Exception:
                errors += 1
        return errors

    errors = sum(together(work)[1])
    deadlocks = _deadlocks() - before
    wrong = recount(Follow, [user.pk for user in ones + others], "default", repair=False)
    return Row(
        f"{COUPLES} mutual follows from both sides at once",
        f"{deadlocks} deadlocks, {errors} errors, {len(wrong)} wrong counts",
        bar="0 deadlocks",
        met=not deadlocks and not errors and not wrong,
    )


def _deadlocks() -> int:
    """As the server counts them: those that another attempt has made good are among them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]


def hot(users: Iterator[Any]) -> Row:
    """Follows a second, when all follow one account and when each process has its own."""
    rates: dict[str, list[float]] = {"own": [], "same": []}
    for i in range(ROUNDS):
        fans = [take(users, FOLLOWS) for _ in range(PROCESSES)]
        accounts = take(users, PROCESSES)
        chosen = {"own": accounts, "same": accounts[:1] * PROCESSES}
        for name in sorted(rates, reverse=bool(i % 2)):
            seconds, _ = together(partial(_follow_all, fans, chosen[name]))
            rates[name].append(FOLLOWS * PROCESSES / seconds)
            Follow.objects.filter(followee__in=accounts).delete()
    ratios = [same / own for same, own in zip(rates["same"], rates["own"], strict=True)]
    low, ratio, high = quantiles(ratios, n=4)
    return Row(
        f"{PROCESSES} connections follow one account, or each another",
        f"{median(rates['same']):.0f}/s, {median(rates['own']):.0f}/s",
        ratio=f"{ratio:.2f} ({low:.2f}-{high:.2f})",
        bar="≥ 0.7",
        met=ratio >= 0.7,
    )


def _follow_all(fans: list[list[Any]], accounts: list[Any], number: int, barrier: Any) -> None:
    for fan in fans[number]:
        api.follow(fan, accounts[number])
