from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from django.test import override_settings
from django.utils import timezone as django_timezone

from django_viewcount.clock import hour_of, last_days, moment, site_day, start_of_day, start_of_hour

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
        assert site_day(LATE) == expected


@pytest.mark.parametrize("use_tz", [True, False])
def test_moment(use_tz: bool) -> None:
    with override_settings(USE_TZ=use_tz, TIME_ZONE="Europe/Oslo"):
        before = datetime.now(timezone.utc)
        assert before <= moment() <= datetime.now(timezone.utc)
        assert moment(LATE) is LATE
        # A moment without a zone is the site's.
        assert moment(datetime(2026, 7, 1, 1, 0)) == datetime(2026, 6, 30, 23, tzinfo=timezone.utc)


def test_hours_are_those_of_utc() -> None:
    kolkata = datetime(2026, 1, 2, 5, 15, tzinfo=timezone(timedelta(hours=5.5)))

    assert start_of_hour(hour_of(kolkata)) == datetime(2026, 1, 1, 23, tzinfo=timezone.utc)
    assert hour_of(LATE) == hour_of(kolkata)


def test_days_of_a_change_of_the_clock() -> None:
    """In Oslo 2026-03-29 has 23 hours."""
    with override_settings(TIME_ZONE="Europe/Oslo"):
        starts = [start_of_day(day) for day in last_days(3, date(2026, 3, 30))]

        hours = [b.timestamp() - a.timestamp() for a, b in pairwise(starts)]
        assert hours == [24 * 3600, 23 * 3600]
        assert [site_day(start) for start in starts] == last_days(3, date(2026, 3, 30))
