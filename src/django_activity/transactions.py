"""Transactions that the database may give up in favour of others, and that then start again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError, connections, transaction

_Result = TypeVar("_Result")

MAX_RETRIES = 10  # each needs the same bad luck anew


def retried(using: str, write: Callable[[], _Result]) -> _Result:
    """Run `write` in a transaction; again when the database gave it up in favour of another.

    Inside a transaction of the caller there is one attempt only: the whole of it is given up.
    """
    attempts = 1 if connections[using].in_atomic_block else 1 + MAX_RETRIES
    for attempt in range(1, attempts + 1):
        try:
            with transaction.atomic(using=using):
                return write()
        except OperationalError as error:
            if attempt == attempts or not _given_up(error):
                raise
    raise AssertionError("unreachable")


def _given_up(error: OperationalError) -> bool:
    """Did the database end this transaction so that others could go on?"""
    if getattr(error.__cause__, "sqlstate", None) in {"40001", "40P01"}:  # PostgreSQL
        return True
    return bool(error.args) and error.args[0] in {1205, 1213}  # MySQL and MariaDB
