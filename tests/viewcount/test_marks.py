from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from django.db import connection
from testapp.models import Country, Topic

from django_viewcount import marks
from django_viewcount.backends.base import View, Visitor
from django_viewcount.marks import Gate, gates_of, key_of, now_in_ms, previous_key, read, take
from django_viewcount.models import Mark
from django_viewcount.reasons import Reason
from django_viewcount.targets import Target

HOUR = 3600 * 1000
NOON = datetime(2026, 1, 2, 12, tzinfo=timezone.utc)
NOW = int(NOON.timestamp()) * 1000
VISITOR = Visitor("id", None, "network")


def view(**values: Any) -> View:
    return View(**{"target": Target(Topic, "1"), "at": NOON, "alias": "default", **values})


def gate(amount: int = 1, limit: int = 10, until: int = 0, expires: int = 2**60) -> Gate:
    return Gate(Reason.NETWORK_LIMIT, "key", amount, limit, until, expires)


def test_a_view_of_nobody_passes() -> None:
    assert gates_of(view(), NOW) == []


def test_order_of_the_gates(settings: Any) -> None:
    both = view(visitor=VISITOR, token="t")

    assert [gate.reason for gate in gates_of(both, NOW)] == [Reason.REPEATED, Reason.COOLDOWN]
    settings.VIEWCOUNT_NETWORK_LIMIT = 3
    assert [gate.reason for gate in gates_of(both, NOW)] == [
        Reason.REPEATED,
        Reason.COOLDOWN,
        Reason.NETWORK_LIMIT,
    ]


def test_token_is_remembered_for_a_day() -> None:
    (token,) = gates_of(view(token="t"), NOW)

    assert (token.until, token.expires) == (NOW + 24 * HOUR, NOW + 24 * HOUR)


@pytest.mark.parametrize(
    ("cooldown", "until", "expires"),
    [(0, 0, 36 * HOUR), (60, 60_000, 36 * HOUR), (40 * 3600, 40 * HOUR, 40 * HOUR)],
)
def test_visitor_is_remembered_while_there_is_a_salt(
    cooldown: int, until: int, expires: int, settings: Any
) -> None:
    """48 hours from the start of their day, of which twelve are over; longer if they must wait."""
    settings.VIEWCOUNT_COOLDOWN = cooldown
    settings.TIME_ZONE = "UTC"
    (visitor,) = gates_of(view(visitor=VISITOR), NOW)

    assert visitor.until == (NOW + until if cooldown else 0)
    assert visitor.expires == NOW + expires
    assert visitor.lets_in((99, 0), NOW)


def test_network_is_remembered_for_its_hour(settings: Any) -> None:
    settings.VIEWCOUNT_NETWORK_LIMIT = 3
    _, network = gates_of(view(visitor=VISITOR, views=2), NOW)

    assert (network.amount, network.limit, network.until) == (2, 3, 0)
    assert network.expires == NOW + 2 * HOUR
    _, late = gates_of(view(visitor=VISITOR, at=NOON - timedelta(days=9)), NOW)
    assert late.expires == NOW + HOUR


def test_everything_has_a_key_of_its_own(settings: Any) -> None:
    settings.VIEWCOUNT_NETWORK_LIMIT = 3
    views = [
        view(visitor=VISITOR, token="t", target=target, at=at)
        for target in (
            Target(Topic, "1"),
            Target(Topic, "2"),
            Target(Topic, "1", "download"),
            Target(Country, "1"),
        )
        for at in (NOON, NOON + timedelta(days=1))
    ]
    keys: dict[Reason, list[str]] = {
        reason: [] for reason in (Reason.REPEATED, Reason.COOLDOWN, Reason.NETWORK_LIMIT)
    }
    for each in views:
        for one in gates_of(each, NOW):
            keys[one.reason].append(one.key)

    assert len(set(keys[Reason.COOLDOWN])) == len(set(keys[Reason.NETWORK_LIMIT])) == 8
    assert len(set(keys[Reason.REPEATED])) == 4  # a token is of one object, not of a day
    assert not set(keys[Reason.COOLDOWN]) & set(keys[Reason.NETWORK_LIMIT])
    other = gates_of(view(visitor=Visitor("other", None, "network")), NOW)
    assert [one.key in keys[one.reason] for one in other] == [False, True]


def test_key_is_a_hash() -> None:
    keys = {key_of("a", "b"), key_of("ab"), key_of("a, b"), key_of("a'", "b"), key_of("\udcff")}

    assert len(keys) == 5
    assert {len(key) for key in keys} == {32}


def test_the_day_before(settings: Any) -> None:
    """A cooldown reaches back over midnight, to what the visitor was called then."""
    today = view(visitor=Visitor("today", "yesterday", "network"))
    before = view(visitor=Visitor("yesterday", None, "network"), at=NOON - timedelta(days=1))

    assert previous_key(today) is None  # there is no cooldown
    settings.VIEWCOUNT_COOLDOWN = 60
    assert previous_key(view()) is previous_key(view(visitor=VISITOR)) is None
    assert previous_key(today) == gates_of(before, NOW)[0].key


@pytest.mark.parametrize(
    ("mark", "lets_in"),
    [(None, True), ((7, NOW), True), ((7, NOW + 1), False), ((8, NOW), True), ((9, NOW), False)],
)
def test_lets_in(mark: Any, lets_in: bool) -> None:
    assert gate(amount=2, limit=10, until=NOW + 9).lets_in(mark, NOW) == lets_in


def test_gate_without_a_time_is_open_whatever_it_was() -> None:
    """As when a project has switched its cooldown off."""
    assert gate(until=0).lets_in((1, NOW + 1), NOW)


@pytest.mark.django_db
def test_take_up_to_the_limit() -> None:
    assert [take(gate(amount=4), NOW, "default") for _ in range(4)] == [4, 8, None, None]
    assert take(gate(amount=2), NOW, "default") == 10
    assert take(gate(amount=11), NOW, "default") is None
    assert read(["key", "never"], "default") == {"key": (10, 0)}


@pytest.mark.django_db
def test_take_until_it_opens_again() -> None:
    shut = gate(until=NOW + 1000, expires=NOW + 2000)

    assert take(shut, NOW, "default") == 1
    assert take(shut, NOW + 999, "default") is None
    assert read(["key"], "default") == {"key": (1, NOW + 1000)}
    again = shut._replace(until=NOW + 2000, expires=NOW + 3000)
    assert take(again, NOW + 1000, "default") == 2
    assert list(Mark.objects.values_list()) == [("key", 2, NOW + 2000, NOW + 3000)]


@pytest.mark.django_db
def test_what_is_refused_changes_nothing() -> None:
    full, shut = gate(amount=9, expires=NOW + 1), gate(limit=99, until=NOW, expires=NOW + 1)
    for first, again in ((full, full), (shut._replace(key="shut"), shut._replace(key="shut"))):
        take(first, NOW, "default")
        before = list(Mark.objects.values_list())
        assert take(again._replace(expires=NOW + 9), NOW - 1, "default") is None
        assert list(Mark.objects.values_list()) == before


@pytest.mark.django_db
def test_costs(django_assert_num_queries: Any) -> None:
    answers = connection.features.can_return_columns_from_insert or connection.vendor == "mysql"
    for _ in range(2):
        with django_assert_num_queries(1 if answers else 2):
            assert take(gate(), NOW, "default")
    with django_assert_num_queries(0):
        assert take(gate(amount=11), NOW, "default") is None
    with django_assert_num_queries(1):
        read(["key", "a", "b"], "default")


@pytest.mark.django_db
def test_a_database_that_does_not_tell_what_it_wrote(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection.features, "can_return_columns_from_insert", False)

    assert [take(gate(limit=2), NOW, "default") for _ in range(3)] == [1, 2, None]


@pytest.mark.django_db(transaction=True)
def test_many_at_a_gate(together: Callable[..., list[Any]]) -> None:
    now = now_in_ms()

    def work(number: int) -> list[int | None]:
        return [take(gate(limit=20), now, "default") for _ in range(5)]

    taken = [value for values in together(8, work) for value in values if value is not None]

    assert sorted(taken) == list(range(1, 21))
    assert read(["key"], "default") == {"key": (20, 0)}


@pytest.mark.parametrize("returning", [False, True])
def test_statement(returning: bool) -> None:
    sql = marks.upsert_sql(connection, returning=returning)

    assert sql.count("%s") == 6
    assert (" RETURNING " in sql) == returning
    assert marks.mysql_sql(connection).count("%s") == 14
