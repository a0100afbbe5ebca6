"""Logging, one by one and many at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from actstream.actions import action_handler
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction

from django_activity.api import log, log_many
from django_activity.models import Action

from ..measuring import Contender, compare
from ..tables import Row, times

User = get_user_model()
MANY = 10_000


def rows(rounds: int = 400) -> Iterator[Row]:
    users = list(User.objects.order_by("pk")[: rounds + 10])
    groups = list(Group.objects.order_by("pk")[:MANY])
    yield from one(users, groups, rounds)
    yield many("by 1,000 actors", (users * 3)[:1000], groups)
    yield many("by one actor", users[:1], groups)


def one(users: list[Any], groups: list[Any], rounds: int) -> Iterator[Row]:
    # Each has a verb of its own, so that none repeats what another has logged.
    found = compare(
        rounds,
        ours=Contender(lambda i: log(users[i], "reads", groups[i])),
        bare=Contender(
            lambda i: Action.objects.create(actor=users[i], verb="writes", target=groups[i])
        ),
        peer=Contender(lambda i: action_handler("reads", sender=users[i], target=groups[i])),
        undeduped=Contender(lambda i: log(users[i], "hears", groups[i], dedup=0)),
    )
    cells = times(found["ours"], found["bare"], 2.0)
    statements = found["ours"].statements - 2
    cells["bar"] += ", ≤ 2 st but BEGIN, COMMIT"
    cells["met"] = cells["met"] and statements <= 2
    yield Row("log, de-duplicated, beside a bare create", *_three(found), **cells)
    yield Row("log, every time", found["undeduped"], **times(found["undeduped"], found["bare"]))
    again = compare(rounds, ours=Contender(lambda i: log(users[i], "reads", groups[i])))
    yield Row("log what is logged already", again["ours"])
    inside = compare(
        rounds,
        ours=Contender(lambda i: log(users[i], "reads", groups[-i - 1]), around=transaction.atomic),
        bare=Contender(
            lambda i: Action.objects.create(actor=users[i], verb="writes", target=groups[-i - 1]),
            around=transaction.atomic,
        ),
    )
    yield Row(
        "log, inside of a transaction",
        inside["ours"],
        inside["bare"],
        **times(inside["ours"], inside["bare"]),
    )


def _three(found: dict[str, Any]) -> list[Any]:
    return [found["ours"], found["bare"], found["peer"]]


def many(who: str, users: list[Any], groups: list[Any]) -> Row:
    def entries(verb: str) -> Iterator[dict[str, Any]]:
        for i, group in enumerate(groups):
            yield {"actor": users[i % len(users)], "verb": verb, "target": group}

    def bare(verb: str) -> None:
        actions = [Action(**entry) for entry in entries(verb)]
        Action.objects.bulk_create(actions, batch_size=1000)

    name = f"imports {who} "
    found = compare(
        8,
        1,
        ours=Contender(lambda i: log_many(entries(f"{name}{i}"))),
        bare=Contender(lambda i: bare(f"{name}too {i}")),
    )
    return Row(
        f"log_many of {MANY:,} {who}, beside bulk_create",
        found["ours"],
        found["bare"],
        **_throughput(found["ours"], found["bare"]),
    )


def _throughput(ours: Any, bare: Any) -> dict[str, Any]:
    ratio = bare.median / ours.median
    return {"ratio": f"{ratio:.2f} of the throughput", "bar": "≥ 0.7", "met": ratio >= 0.7}
