"""How long Redis keeps what, and when each of it ends, in seconds since 1970."""

from __future__ import annotations

from time import time

# A trend is begun anew after so many half-lives, long before its scores overflow at 1,024.
EPOCH = 200
FROM_OLDER = 2.0**-EPOCH

HOURS = 48
"""Hours before this one for which views are kept by the hour."""
DAYS = 31
"""Days before today for which Redis ranks views by the day; the database has all of them."""
VISITOR_DAYS = 3
"""Days before today for which visitors are kept. The salt of their ids is gone after two."""
TOKEN_LIFETIME = 24 * 3600
SALT_LIFETIME = 48 * 3600

DAY = 24 * 3600
EPOCH_DAY = 719_163  # the proleptic ordinal of 1970-01-01


def this_hour() -> int:
    return int(time()) // 3600


def epoch_of(hour: int, half_life: float) -> int:
    return int(hour // (EPOCH * half_life))


def weight(hour: int, epoch: int, half_life: float) -> float:
    """What a view of this hour weighs in the trend of an epoch."""
    return float(2.0 ** (hour / half_life - epoch * EPOCH))


def trend_end(epoch: int, half_life: float) -> int:
    return int((epoch + 2) * EPOCH * half_life * 3600)


def hour_end(hour: int) -> int:
    return (hour + HOURS + 2) * 3600


def day_end(ordinal: int) -> int:
    return (ordinal - EPOCH_DAY + DAYS + 2) * DAY


def visitors_end(ordinal: int) -> int:
    return (ordinal - EPOCH_DAY + VISITOR_DAYS + 2) * DAY
