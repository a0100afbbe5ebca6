"""Many at once: eight processes, each with a connection of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from statistics import median, quantiles
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.utils.timezone import now

from django_activity.api import log
from django_activity.models import Action

from ..measuring import PROCESSES, together
from ..tables import Row

User = get_user_model()
SAME = 50
EACH = 100  # by each process
ROUNDS = 9


def rows() -> Iterator[Row]:
    users = list(User.objects.order_by("pk")[:PROCESSES])
    groups = list(Group.objects.order_by("pk")[: EACH * PROCESSES])
    yield same(users[0], groups[:SAME])
    yield different(users, groups)


def same(user: Any, groups: list[Any]) -> Row:
    """All processes log the same actions at the same time."""
    ours = _logged(log, user, "clicks", groups)
    plain = _logged(check_then_insert, user, "taps", groups)
    return Row(
        f"{PROCESSES} connections log the same {SAME} actions at once",
        f"{ours} rows",
        f"{plain} rows (check, then insert)",
        bar=f"{SAME} rows",
        met=ours == SAME,
    )


def _logged(write: Callable[..., object], user: Any, verb: str, groups: list[Any]) -> int:
    def work(number: int, barrier: Any) -> None:
        for group in groups:
            barrier.wait()
            write(user, verb, group)

    together(work)
    return Action.objects.filter(actor=user, verb=verb).count()


def check_then_insert(user: Any, verb: str, group: Any) -> None:
    since = now() - timedelta(seconds=60)
    same = Action.objects.by(user).at(group).filter(verb=verb, created__gt=since)
    if not same.exists():
        create(user, verb, group)


def create(user: Any, verb: str, group: Any) -> None:
    Action.objects.create(actor=user, verb=verb, target=group)


def different(users: list[Any], groups: list[Any]) -> Row:
    """Actions a second, when each process has its own."""
    rates: dict[str, list[float]] = {"ours": [], "bare": []}
    writers: dict[str, Callable[..., object]] = {"ours": log, "bare": create}
    for i in range(ROUNDS):
        for name in sorted(rates, reverse=bool(i % 2)):
            work = partial(_log_all, writers[name], users, f"{name} {i}", groups)
            rates[name].append(EACH * PROCESSES / together(work)[0])
    ratios = [ours / bare for ours, bare in zip(rates["ours"], rates["bare"], strict=True)]
    low, ratio, high = quantiles(ratios, n=4)
    return Row(
        f"{PROCESSES} connections log different actions",
        f"{median(rates['ours']):.0f}/s",
        f"{median(rates['bare']):.0f}/s",
        ratio=f"{ratio:.2f} ({low:.2f}-{high:.2f})",
    )


def _log_all(
    write: Callable[..., object],
    users: list[Any],
    verb: str,
    groups: list[Any],
    number: int,
    barrier: Any,
) -> None:
    for group in groups[number * EACH : (number + 1) * EACH]:
        write(users[number], verb, group)
