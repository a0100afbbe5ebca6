from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest

from django_viewcount import salts
from django_viewcount.backends import get_backend
from django_viewcount.backends.dummy import DummyBackend
from django_viewcount.clock import site_day, start_of_day

DUMMY = "django_viewcount.backends.dummy.DummyBackend"


@pytest.fixture(autouse=True)
def backend(settings: Any) -> DummyBackend:
    settings.VIEWCOUNT_BACKEND = DUMMY
    backend = get_backend()
    assert isinstance(backend, DummyBackend)
    backend.clear()
    return backend


@pytest.fixture
def asked(backend: DummyBackend, monkeypatch: pytest.MonkeyPatch) -> list[date]:
    """The days whose salt was fetched."""
    found: list[date] = []
    salt = backend.salt

    def look(day: date, alias: str) -> bytes:
        found.append(day)
        return salt(day, alias)

    monkeypatch.setattr(backend, "salt", look)
    return found


def today() -> date:
    return site_day(datetime.now(tz=timezone.utc))


def of(day: date, data: bytes = b"somebody", domain: str = "address") -> str:
    return salts.day_key(day, "default").hash(domain, data)


def test_hash_tells_nothing_but_the_same() -> None:
    one = of(today())

    assert one == of(today())
    assert len(one) == 16
    assert int(one, 16) >= 0
    others = {
        of(today(), b"somebody else"),
        of(today(), domain="text"),
        of(today(), domain="user"),
        of(today(), domain="network"),
        of(today() - timedelta(days=1)),
    }
    assert len(others - {one}) == 5


def test_salt_alone_does_not_tell(settings: Any) -> None:
    one = of(today())
    settings.SECRET_KEY = "another"

    assert of(today()) != one


def test_salt_is_fetched_once_a_day(asked: list[date]) -> None:
    for _ in range(3):
        of(today())
        of(today() - timedelta(days=1))

    assert asked == [today(), today() - timedelta(days=1)]


def test_databases_have_their_own(backend: DummyBackend) -> None:
    keys = {salts.day_key(today(), alias).hash("user", b"1") for alias in ("default", "other")}

    assert len(keys) == 2


def test_key_is_dropped_after_48_hours(
    asked: list[date], monkeypatch: pytest.MonkeyPatch, backend: DummyBackend
) -> None:
    one = of(today())
    end = start_of_day(today()) + timedelta(hours=48)
    backend.clear()  # the salt is gone
    for after, same in ((-1, True), (1, False)):
        monkeypatch.setattr(salts, "time", lambda after=after: end.timestamp() + after)
        assert (of(today()) == one) is same


def test_keys_that_are_over_do_not_stay(asked: list[date], monkeypatch: pytest.MonkeyPatch) -> None:
    of(today())
    end = start_of_day(today()) + timedelta(hours=48)
    monkeypatch.setattr(salts, "time", lambda: end.timestamp() + 1)
    of(today() + timedelta(days=2))

    assert list(salts._kept) == [("default", today() + timedelta(days=2))]


def test_few_are_kept(asked: list[date]) -> None:
    for back in range(100):
        of(today() - timedelta(days=back))

    assert len(salts._kept) == salts.MAX_KEPT


@pytest.mark.parametrize("name", ["VIEWCOUNT_KEY_PREFIX", "VIEWCOUNT_REDIS_URL", "SECRET_KEY"])
def test_settings_of_a_test_bring_their_own(name: str, asked: list[date], settings: Any) -> None:
    of(today())
    setattr(settings, name, "other")
    of(today())

    assert len(asked) == 2


@pytest.mark.django_db
def test_salt_that_may_be_rolled_back_is_not_kept(
    settings: Any, django_assert_num_queries: Callable[..., Any]
) -> None:
    settings.VIEWCOUNT_BACKEND = "django_viewcount.backends.database.DatabaseBackend"
    assert of(today()) == of(today())
    with django_assert_num_queries(3):  # a savepoint around the query
        of(today())

    assert not salts._kept


@pytest.mark.django_db(transaction=True)
def test_salt_that_is_committed_is_kept(
    settings: Any, django_assert_num_queries: Callable[..., Any]
) -> None:
    settings.VIEWCOUNT_BACKEND = "django_viewcount.backends.database.DatabaseBackend"
    one = of(today())

    with django_assert_num_queries(0):
        assert of(today()) == one
    assert salts._kept
