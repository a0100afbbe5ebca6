from __future__ import annotations

from datetime import date, datetime, timezone

import pytest
from django.test import override_settings
from django.utils import timezone as django_timezone

from django_viewcount import api

LATE = datetime(2026, 1, 1, 23, 30, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("UTC", date(2026, 1, 1)),
        ("Europe/Oslo", date(2026, 1, 2)),
        ("America/Chicago", date(2026, 1, 1)),
    ],
)
def test_site_day(zone: str, expected: date) -> None:
    """The day is that of TIME_ZONE, whatever zone is active for the reader."""
    with override_settings(TIME_ZONE=zone), django_timezone.override("Pacific/Kiritimati"):
        assert api.site_day(LATE) == expected


def test_site_day_of_a_naive_moment() -> None:
    with override_settings(USE_TZ=False):
        assert api.site_day(datetime(2026, 1, 1, 23, 59)) == date(2026, 1, 1)


@pytest.mark.parametrize("use_tz", [True, False])
def test_site_day_now(use_tz: bool) -> None:
    with override_settings(USE_TZ=use_tz, TIME_ZONE="UTC"):
        before = datetime.now(timezone.utc).date()
        assert before <= api.site_day(None) <= datetime.now(timezone.utc).date()


def test_every_function_that_does_io_has_an_async_twin() -> None:
    names = {"count_view", "get_views", "attach_views", "most_viewed", "flush"}

    assert {f"a{name}" for name in names} | names < set(api.__all__)
    assert all(hasattr(api, name) for name in api.__all__)
