from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.core.checks import CheckMessage

from ..reasons import Reason
from ..targets import Kind, Target


class Visitor(NamedTuple):
    """Who looks, as keyed hashes that nobody can trace back once the day's salt is gone."""

    id: str
    """The visitor on the day of the view."""
    previous: str | None
    """The same visitor on the day before, if the cooldown reaches back to it."""
    network: str
    """The visitor's network on the day of the view."""


class View(NamedTuple):
    """One thing to count: `views` of a target at a moment."""

    target: Target
    at: datetime
    """Aware."""
    alias: str
    """The database that views end up in."""
    views: int = 1
    visitor: Visitor | None = None
    token: str | None = None
    """A view of a target whose token was seen in the last 24 hours is not counted again."""


class Outcome(NamedTuple):
    """What became of one view."""

    reason: Reason
    total: int | None = None
    """The target's views with this one, None where that is not known or it was not counted."""


class Day(NamedTuple):
    """What was seen of an object on one day."""

    views: int = 0
    uniques: int = 0


class Window(NamedTuple):
    """The views that a ranking is made of."""

    unit: str
    """ "all", "hours", "days" (of the site's time zone) or "trending"."""
    start: int = 0
    """Hours: the first one, counted from 1970. Days: the proleptic ordinal of the first one."""
    end: int = 0
    """The last hour or day, included. Trending: the hour from which is looked back."""


class Rank(NamedTuple):
    """The place of one object in a ranking."""

    place: int | None
    """1 for the most viewed; objects of equal views share a place. None if never viewed."""
    of: int
    """How many objects the ranking holds."""


class Batch(NamedTuple):
    """Waiting views of one kind that a flush has claimed, under an id that never repeats."""

    id: UUID
    kind: Kind
    shard: int
    reopened: bool
    """Was it claimed by an earlier flush that did not finish?"""


class Part(NamedTuple):
    """Some of the views of a batch."""

    totals: dict[str, int]
    """Views by object id."""
    days: dict[tuple[str, date], int]
    """Views by object id and day."""
    uniques: dict[tuple[str, date], int]
    """Unique visitors of the whole day so far, by object id and day."""


class BaseBackend(ABC):
    """Keeps views on their way and answers how many there are.

    A backend is made once per process without arguments and is used by many threads. `alias` is
    the database that views end up in. A place that does not answer is BackendUnavailable when
    counting; reads fall back to the database where they can. The cost of a read does not depend on
    how many objects of a kind are asked for.
    """

    supports_flush = False
    """Do views wait here until a flush moves them to the database?"""

    supports_buffer = False
    """May views that could not be counted be kept in the process, and be counted later?"""

    @abstractmethod
    def count(self, views: Sequence[View]) -> list[Outcome]:
        """Count views, each for itself, in their order; answer what became of each.

        Applies, in this order: the token, VIEWCOUNT_COOLDOWN (per visitor and target),
        VIEWCOUNT_NETWORK_LIMIT (per network, target and clock hour). Views without a visitor
        pass the last two. Raises BackendUnavailable.
        """

    @abstractmethod
    def salt(self, day: date, alias: str) -> bytes:
        """Return the random salt of a day: the same for all processes, gone 48 hours later.

        Raises BackendUnavailable.
        """

    @abstractmethod
    def seen(self, view: View) -> Reason | None:
        """Tell, without counting it, why `count()` would refuse a view. Raises
        BackendUnavailable."""

    @abstractmethod
    def totals(self, targets: Collection[Target], alias: str) -> dict[Target, int]:
        """Return the views of each target, 0 included."""

    @abstractmethod
    def uniques(self, targets: Collection[Target], alias: str) -> dict[Target, int]:
        """Return the unique visitors of each target, 0 included: those of each day, added up."""

    @abstractmethod
    def days(
        self, targets: Collection[Target], days: Sequence[date], alias: str
    ) -> dict[Target, dict[date, Day]]:
        """Return what was seen of each target on each of these days; days without views may be
        left out."""

    @abstractmethod
    def hours(
        self, targets: Collection[Target], hours: Sequence[int], alias: str
    ) -> dict[Target, dict[int, int]]:
        """Return the views of each target in each of these hours, at most the last 48; hours
        without views may be left out."""

    @abstractmethod
    def top(self, kind: Kind, window: Window, limit: int, alias: str) -> list[tuple[str, float]]:
        """Return at most `limit` pairs of key and score, best first, ties in any order.

        Scores are views; trending: views that weigh half for each VIEWCOUNT_HALF_LIFE of hours
        between theirs and `window.end`.
        """

    @abstractmethod
    def scores(
        self, kind: Kind, window: Window, keys: Sequence[str], alias: str
    ) -> dict[str, float]:
        """Return the scores that these keys have in `top()`; keys without views may be left out."""

    @abstractmethod
    def rank(self, target: Target, window: Window, alias: str) -> Rank:
        """Return the place of one object among all of its kind."""

    @abstractmethod
    def forget(self, targets: Collection[Target], alias: str) -> None:
        """Drop what is kept of these targets outside of the counter tables, where it can be done.

        Raises BackendUnavailable.
        """

    @abstractmethod
    def merge(self, source: Target, into: Target, alias: str) -> None:
        """Add what is kept of one target outside of the counter tables to another of its model,
        then forget it. Views that wait are left where they are. Raises BackendUnavailable."""

    def waiting(self, alias: str) -> list[tuple[Kind, int]]:
        """Return the kinds, with their shards, that have views to flush. Raises
        BackendUnavailable."""
        return []

    def claim(self, kind: Kind, shard: int, alias: str) -> Batch | None:
        """Take the waiting views of a kind out of the way of new ones, or reopen the last batch.

        Raises BackendUnavailable.
        """
        return None

    def parts(self, batch: Batch, alias: str) -> Iterator[Part]:
        """Read a batch in parts of bounded size: each total and each day once, at every reading.

        Raises BackendUnavailable.
        """
        return iter(())

    def settle(self, batch: Batch, totals: dict[str, int], alias: str) -> None:  # noqa: B027 (optional)
        """Learn totals of the database, in which the batch is counted. Raises
        BackendUnavailable."""

    def release(self, batch: Batch, alias: str) -> None:  # noqa: B027 (optional)
        """Forget a batch that the database holds now. Raises BackendUnavailable."""

    def check(self) -> list[CheckMessage]:
        """Return what is wrong with the project's settings for this backend. No I/O."""
        return []
