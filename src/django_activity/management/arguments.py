"""Arguments of commands that are numbers within bounds."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import timedelta

from django_activity.paging import MAX_PAGE_SIZE
from django_activity.pruning import MAX_BATCH

MAX_DAYS = 36500


def days(text: str) -> timedelta:
    """An age in days, perhaps a fraction."""
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 <= number <= MAX_DAYS:
        raise ArgumentTypeError(f"{text!r} is not a number of days from 0 to {MAX_DAYS}")
    return timedelta(days=number)


def batch_size(text: str) -> int:
    """A number of rows per transaction."""
    return _within(text, MAX_BATCH)


def page_size(text: str) -> int:
    """A number of actions per page."""
    return _within(text, MAX_PAGE_SIZE)


def _within(text: str, most: int) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
    if not 1 <= number <= most:
        raise ArgumentTypeError(f"{text!r} is not a number from 1 to {most}")
    return number
