from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from testapp.models import Country, Document, Topic

from django_viewcount import rankings
from django_viewcount.backends.base import Window
from django_viewcount.exceptions import UnknownPeriod

TODAY = date(2026, 11, 25)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> int:
    """The hour that it is: 14:20 UTC."""
    at = datetime(2026, 11, 25, 14, 20, tzinfo=timezone.utc)
    monkeypatch.setattr(rankings, "moment", lambda: at)
    return int(at.timestamp()) // 3600


@pytest.mark.parametrize(
    ("period", "before"),
    [
        ("hour", 1),
        ("day", 24),
        (timedelta(hours=48), 48),
        (timedelta(hours=2, seconds=1), 3),
        (timedelta(seconds=1), 1),
    ],
)
def test_hours(period: Any, before: int, now: int) -> None:
    assert rankings.window_of(period) == Window("hours", now - before, now)


@pytest.mark.parametrize(
    ("period", "days"),
    [("week", 7), ("month", 30), (timedelta(hours=49), 3), (timedelta(days=31), 31)],
)
def test_days(period: Any, days: int, now: int) -> None:
    today = TODAY.toordinal()

    assert rankings.window_of(period) == Window("days", today - days + 1, today)


def test_others(now: int) -> None:
    assert rankings.window_of("all") == Window("all")
    assert rankings.window_of("trending") == Window("trending", 0, now)


@pytest.mark.parametrize(
    "period", ["decade", "rising", timedelta(0), timedelta(days=32), timedelta(-1), 7, None]
)
def test_no_such_window(period: Any) -> None:
    with pytest.raises(UnknownPeriod, match="There is no ranking for"):
        rankings.window_of(period)


@pytest.mark.parametrize(
    ("model", "text", "expected"),
    [(Topic, "5", 5), (Topic, "five", None), (Document, "5", None), (Country, "no", "no")],
)
def test_parse_key(model: Any, text: str, expected: Any) -> None:
    """The key type of a model may have changed since its views were counted."""
    assert rankings.parse_key(model, text) == expected
