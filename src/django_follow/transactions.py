"""How writes bear others at the same time: by constraints and another attempt, not by looking."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.db import IntegrityError, OperationalError, connections, models, transaction

from . import changes
from .exceptions import UnsavedNode

_Row = TypeVar("_Row", bound=models.Model)
_Result = TypeVar("_Result")

# Two writers may undo what the other relies on, or wait for each other until the database ends one
# of them. Each further attempt needs the same bad luck anew.
MAX_RETRIES = 10


def retried(database: str, write: Callable[[], _Result]) -> _Result:
    """Run `write` in a transaction; again when the database gave it up in favour of another.

    Inside a transaction of the caller there is one attempt only: the whole of it is given up.
    """
    outermost = not connections[database].in_atomic_block
    for attempt in range(MAX_RETRIES + 1):
        try:
            with changes.held(), transaction.atomic(using=database):
                return write()
        except OperationalError as error:
            if not outermost or attempt == MAX_RETRIES or not _given_up(error):
                raise
    raise AssertionError("unreachable")


def insert_or_find(
    insert: Callable[[], _Row],
    find: Callable[[], _Row | None],
    nodes: Iterable[models.Model],
    database: str,
) -> tuple[_Row, bool]:
    """Insert a row, or find the one that is there; return it and whether it is new.

    The unique pair decides, not a look beforehand: two clicks at once make one row. Raises
    UnsavedNode when one of `nodes` is gone.
    """
    for attempt in range(MAX_RETRIES + 1):
        try:
            return retried(database, insert), True
        except IntegrityError as error:
            existing = find()
            if existing is not None:
                return existing, False
            require_stored(nodes, database, cause=error)
            # The row that was in the way is gone again, so the next attempt may succeed.
            if attempt == MAX_RETRIES:
                raise
    raise AssertionError("unreachable")


def require_stored(nodes: Iterable[models.Model], database: str, cause: Exception) -> None:
    """Raise UnsavedNode when one of the nodes is gone."""
    for node in nodes:
        model: Any = node._meta.concrete_model  # not type(node): a request's user is a lazy object
        if not models.QuerySet(model, using=database).filter(pk=node.pk).exists():
            raise UnsavedNode(f"{node!r} is no longer in the database.") from cause


def _given_up(error: OperationalError) -> bool:
    """Did the database end this transaction so that others could go on?"""
    if getattr(error.__cause__, "sqlstate", None) in {"40001", "40P01"}:  # PostgreSQL
        return True
    return bool(error.args) and error.args[0] in {1205, 1213}  # MySQL and MariaDB
