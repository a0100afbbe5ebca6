from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.utils import timezone
from testapp.models import Topic

from django_viewcount import sweeping
from django_viewcount.clock import hour_of, moment, site_day
from django_viewcount.marks import now_in_ms
from django_viewcount.models import HourlyViews, Mark, VisitorSalt
from django_viewcount.sweeping import delete_some, past_hours, past_marks, past_salts, sweep

pytestmark = pytest.mark.django_db
SAVEPOINT = 2


def mark(key: str, expires: int) -> Mark:
    return Mark.objects.create(key=key, value=1, until=0, expires=expires)


def hour(back: int) -> HourlyViews:
    content_type = ContentType.objects.get_for_model(Topic)
    row: HourlyViews = HourlyViews.objects.create(
        content_type=content_type, object_id="1", hour=hour_of(moment()) - back, views=1
    )
    return row


def salt(days_ago: int, hours_old: float) -> VisitorSalt:
    day = site_day(moment()) - timedelta(days=days_ago)
    salt = VisitorSalt.objects.create(day=day, salt=b"x" * 16)
    VisitorSalt.objects.filter(pk=salt.pk).update(
        created=timezone.now() - timedelta(hours=hours_old)
    )
    return salt


def test_marks() -> None:
    now = now_in_ms()
    kept = mark("kept", now + 60_000)
    mark("second", now - 1), mark("first", now - 2)

    assert [row.key for row in past_marks("default")] == ["first", "second"]
    sweep("default")

    assert list(Mark.objects.all()) == [kept]


def test_hours() -> None:
    """The last 48 hours, and what is left of this one, are what rankings ask for."""
    kept = [hour(back) for back in (0, 48)]
    gone = [hour(back) for back in (400, 49)]

    assert list(past_hours("default")) == gone
    sweep("default")

    assert set(HourlyViews.objects.all()) == set(kept)


def test_salts() -> None:
    """No salt outlives 48 hours; one of an older day that was made just now is in use."""
    kept = [salt(0, 0), salt(1, 47), salt(2, 23.9), salt(30, 1)]
    gone = [salt(40, 25), salt(3, 24.1)]

    assert list(past_salts("default")) == gone
    sweep("default")

    assert set(VisitorSalt.objects.all()) == set(kept)


def test_costs(django_assert_num_queries: Any) -> None:
    more = 3 if connection.vendor == "mysql" else 1
    with django_assert_num_queries(3 * (SAVEPOINT + 1)):
        sweep("default")
    for size in (1, 50):
        for number in range(size):
            mark(f"{size}-{number}", 1)
        with django_assert_num_queries(3 * (SAVEPOINT + 1) + more):
            sweep("default")
        assert not Mark.objects.exists()


def test_a_sweep_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "AT_ONCE", 3)
    for number in range(5):
        mark(str(number), number)

    sweep("default")

    assert set(Mark.objects.values_list("key", flat=True)) == {"3", "4"}


def test_delete_some() -> None:
    for number in range(5):
        mark(str(number), number)
    rows = Mark.objects.order_by("-expires")

    assert [delete_some(rows, 3), delete_some(rows, 3), delete_some(rows, 3)] == [3, 2, 0]


@pytest.mark.django_db(databases=["default", "other"])
def test_another_database() -> None:
    mark("here", 1)
    Mark.objects.using("other").create(key="there", value=1, until=0, expires=1)
    VisitorSalt.objects.using("other").create(day=date(2020, 1, 1), salt=b"x")

    sweep("other")

    assert not Mark.objects.using("other").exists()
    assert VisitorSalt.objects.using("other").exists()  # made a moment ago
    assert Mark.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_at_once(together: Callable[..., list[Any]]) -> None:
    """Nobody deadlocks, and each row is deleted once."""
    for number in range(200):
        mark(str(number), number)

    def work(number: int) -> int:
        deleted = 0
        while some := delete_some(past_marks("default"), 5):
            deleted += some
        return deleted

    deleted = together(4, work)

    assert all(isinstance(number, int) for number in deleted), deleted
    assert not Mark.objects.filter(expires__lte=now_in_ms()).exists()
    assert sum(deleted) >= 200


@pytest.mark.django_db(transaction=True)
def test_rows_of_others_are_passed_over(together: Callable[..., list[Any]]) -> None:
    if not connection.features.has_select_for_update_skip_locked:
        pytest.skip("this database locks no single row")
    mark("0", 0), mark("1", 1)
    held, done = threading.Event(), threading.Event()

    def work(number: int) -> None:
        if number == 0:
            with transaction.atomic():
                Mark.objects.select_for_update().get(pk="0")
                held.set()
                assert done.wait(30)
        else:
            assert held.wait(30)
            sweep("default")
            done.set()

    assert together(2, work) == [None, None]
    assert list(Mark.objects.values_list("key", flat=True)) == ["0"]
