"""How counts are named in a hash: "<key>|" for the total, "<key>|<yyyymmdd>" for a day.

What follows the last "|" never holds one, so keys may hold anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date


def total_field(key: str) -> str:
    return f"{key}|"


def day_field(key: str, day: date) -> str:
    return f"{key}|{day.year:04}{day.month:02}{day.day:02}"


def parse(
    fields: Mapping[bytes, bytes],
) -> tuple[dict[str, int], dict[tuple[str, date], int]]:
    """Return views by key, and by key and day. The batch id, in the field "", is left out."""
    views: dict[str, int] = {}
    days: dict[tuple[str, date], int] = {}
    for field, count in fields.items():
        key, bar, day = field.decode().rpartition("|")
        if not bar:
            continue
        if day:
            when = date(int(day[:4]), int(day[4:6]), int(day[6:]))
            days[key, when] = int(count)
        else:
            views[key] = int(count)
    return views, days
