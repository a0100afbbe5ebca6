from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.core.checks import CheckMessage
from django.db import models

from ..targets import Target


class Batch(NamedTuple):
    """Waiting views of one model that a flush has claimed, under an id that never repeats."""

    id: UUID
    model: type[models.Model]
    views: dict[str, int]
    """Views by object id."""
    days: dict[tuple[str, date], int]
    """Views by object id and day."""
    reopened: bool
    """Was it claimed by an earlier flush that did not finish?"""


class BaseBackend(ABC):
    """Keeps views on their way and answers how many there are.

    A backend is made once per process without arguments and is used by many threads. `using` is a
    database alias, None for the one that the project's routers choose. A place that does not
    answer is BackendUnavailable when counting; reads fall back to the database where they can.
    """

    supports_flush = False
    """Do views wait here until a flush moves them to the database?"""

    @abstractmethod
    def count(self, target: Target, views: int, day: date, using: str | None) -> int | None:
        """Add views to a target on a day. Returns its total, or None if that is not known.

        Raises BackendUnavailable.
        """

    @abstractmethod
    def totals(self, targets: Collection[Target], using: str | None) -> dict[Target, int]:
        """Return the views of each target, 0 included, at a cost that does not depend on how
        many there are of each model."""

    @abstractmethod
    def top(
        self, model: type[models.Model], limit: int, using: str | None
    ) -> list[tuple[str, int]]:
        """Return at most `limit` pairs of key and views, most viewed first, ties in any order."""

    def waiting(self, using: str | None) -> list[type[models.Model]]:
        """Return the models that have views to flush. Raises BackendUnavailable."""
        return []

    def claim(self, model: type[models.Model], using: str | None) -> Batch | None:
        """Take the waiting views of a model out of the way of new ones, or reopen the last batch.

        Raises BackendUnavailable.
        """
        return None

    def release(self, batch: Batch, using: str | None) -> None:  # noqa: B027 (optional)
        """Forget a batch that the database holds now. Raises BackendUnavailable."""

    def check(self) -> list[CheckMessage]:
        """Return what is wrong with the project's settings for this backend."""
        return []
