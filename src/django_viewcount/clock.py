"""Hours and days as views are booked: hours of UTC, days of the site's own time zone."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from datetime import timezone as fixed

from django.utils import timezone

HOUR = 3600


def moment(at: datetime | None = None) -> datetime:
    """A time that knows its zone: now by default; one without zone is the site's own."""
    if at is None:
        return datetime.now(tz=fixed.utc)
    if not isinstance(at, datetime):
        raise TypeError(f"at is {at!r}: give a datetime.")
    return at if timezone.is_aware(at) else timezone.make_aware(at, site_zone())


def site_zone() -> tzinfo:
    """The site's own time zone, not the reader's."""
    return timezone.get_default_timezone()


def site_day(at: datetime) -> date:
    """The day of a moment in the site's own time zone."""
    return at.astimezone(site_zone()).date()


def hour_of(at: datetime) -> int:
    """The number of whole hours since 1970."""
    return int(at.timestamp()) // HOUR


def start_of_hour(hour: int) -> datetime:
    return datetime.fromtimestamp(hour * HOUR, tz=fixed.utc)


def start_of_day(day: date) -> datetime:
    """The moment at which a day begins in the site's own time zone."""
    return datetime(day.year, day.month, day.day, tzinfo=site_zone())


def last_days(days: int, today: date) -> list[date]:
    """The last `days` days up to today, oldest first."""
    return [today - timedelta(days=back) for back in range(days - 1, -1, -1)]
