from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from secrets import token_bytes
from typing import Any
from uuid import UUID

from django.core.checks import CheckMessage

from ...exceptions import BackendUnavailable
from ...outages import outages
from ...reasons import Reason
from ...targets import ROBOT_COUNTER, Kind, Target, keys_by_kind
from ..base import BaseBackend, Batch, Day, Outcome, Part, Rank, View, Window
from . import batches, counting, moving, reading, windows
from .clients import check_client
from .keys import keys_of, salt_key
from .lifetimes import SALT_LIFETIME
from .server import Server, get_server, new_id
from .sharing import check_sharing

REFUSALS = {-1: Reason.REPEATED, -2: Reason.COOLDOWN, -3: Reason.NETWORK_LIMIT}


class RedisBackend(BaseBackend):
    """Counts in Redis or Valkey, one round trip and no SQL a view, and flushes to the database."""

    supports_flush = True
    supports_buffer = True

    @property
    def server(self) -> Server:
        return get_server()

    def count(self, views: Sequence[View]) -> list[Outcome]:
        """Costs one round trip, and no SQL. A total is not known until a read or a flush has
        brought the ranking to Redis, nor for objects that the ranking was cut off before."""
        server = self.server
        if len(views) == 1:
            return [outcome(server.call(*counting.call(views[0])))]
        answers = server.call_all([counting.call(view) for view in views])
        return [outcome(answer) for answer in answers]

    def salt(self, day: date, alias: str) -> bytes:
        """Costs one round trip."""
        key = salt_key(day, alias)
        own = token_bytes(16)

        def ask(pipeline: Any) -> None:
            pipeline.set(key, own, nx=True, ex=SALT_LIFETIME)
            pipeline.get(key)

        created, salt = self.server.pipeline(ask)
        for answer in (created, salt):
            if isinstance(answer, Exception):
                raise BackendUnavailable(f"Redis: {answer}") from answer
        return bytes(salt)

    def seen(self, view: View) -> Reason | None:
        """Costs one round trip."""
        call = counting.call(view)
        if call[0] == "count":
            return None
        return REFUSALS.get(self.server.call("try", *call[1:]))

    def totals(self, targets: Collection[Target], alias: str) -> dict[Target, int]:
        """Costs one round trip, and one query per kind."""
        found = dict.fromkeys(targets, 0)
        for kind, keys in keys_by_kind(targets).items():
            for key, views in reading.totals(self.server, kind, keys, alias).items():
                found[Target(kind.model, key, kind.counter)] = views
        return found

    def uniques(self, targets: Collection[Target], alias: str) -> dict[Target, int]:
        """Costs one round trip and one query per kind."""
        found = dict.fromkeys(targets, 0)
        for kind, keys in keys_by_kind(targets).items():
            for key, uniques in reading.uniques(self.server, kind, keys, alias).items():
                found[Target(kind.model, key, kind.counter)] = uniques
        return found

    def days(
        self, targets: Collection[Target], days: Sequence[date], alias: str
    ) -> dict[Target, dict[date, Day]]:
        """Costs one round trip and one query per kind."""
        found: dict[Target, dict[date, Day]] = {target: {} for target in targets}
        for kind, keys in keys_by_kind(targets).items():
            for (key, day), seen in reading.days(self.server, kind, keys, days, alias).items():
                found[Target(kind.model, key, kind.counter)][day] = seen
        return found

    def hours(
        self, targets: Collection[Target], hours: Sequence[int], alias: str
    ) -> dict[Target, dict[int, int]]:
        """Costs one round trip per kind. Without Redis there are none."""
        found: dict[Target, dict[int, int]] = {target: {} for target in targets}
        for kind, keys in keys_by_kind(targets).items():
            for key, series in reading.hours(self.server, kind, keys, hours, alias).items():
                found[Target(kind.model, key, kind.counter)] = series
        return found

    def top(self, kind: Kind, window: Window, limit: int, alias: str) -> list[tuple[str, float]]:
        """Costs one round trip. Without Redis, or a ranking in it that can be trusted, a query."""
        return windows.top(self.server, kind, window, limit, alias)

    def scores(
        self, kind: Kind, window: Window, keys: Sequence[str], alias: str
    ) -> dict[str, float]:
        """Costs one round trip; of all time, one query more."""
        if window.unit == "all":
            return dict(reading.totals(self.server, kind, keys, alias))
        return windows.scores(self.server, kind, window, keys, alias)

    def rank(self, target: Target, window: Window, alias: str) -> Rank:
        """Costs two round trips; of all time, up to three queries more."""
        return windows.rank(self.server, target, window, alias)

    def forget(self, targets: Collection[Target], alias: str) -> None:
        """Costs one round trip per 500 targets. Views in an open batch stay in it."""
        moving.forget(self.server, targets, alias)

    def merge(self, source: Target, into: Target, alias: str) -> None:
        """Costs two round trips. The rankings take up the sum; visitors are united where both
        objects are in one shard."""
        moving.merge(self.server, source, into, alias)

    def waiting(self, alias: str) -> list[tuple[Kind, int]]:
        return batches.waiting(self.server, alias, flush=True)

    def claim(self, kind: Kind, shard: int, alias: str) -> Batch | None:
        keys = keys_of(kind, shard, alias)
        names = [keys.pend, keys.pend_id, keys.batch, keys.batch_id, keys.claims]
        claimed = self.server.call("claim", names, [new_id()])
        if not claimed:
            return None
        reopened, batch_id = claimed
        return Batch(UUID(batch_id.decode()), kind, shard, bool(reopened))

    def parts(self, batch: Batch, alias: str) -> Iterator[Part]:
        return batches.parts(self.server, batch, alias)

    def settle(self, batch: Batch, totals: dict[str, int], alias: str) -> None:
        """Lift the ranking to what the database holds."""
        keys = keys_of(batch.kind, batch.shard, alias)
        args = [part for pair in totals.items() for part in pair]
        if args and batch.kind.counter != ROBOT_COUNTER:
            self.server.call("raise", [keys.rank, keys.pend], args)

    def release(self, batch: Batch, alias: str) -> None:
        batches.release(self.server, batch, alias)

    def check(self) -> list[CheckMessage]:
        return check_client() or check_sharing()


def outcome(answer: Any) -> Outcome:
    if isinstance(answer, Exception):  # one of many views, which Redis refused
        outages.report(BackendUnavailable(f"Redis: {answer}"))
        return Outcome(Reason.UNAVAILABLE)
    if answer < 0:
        return Outcome(REFUSALS[answer])
    return Outcome(Reason.COUNTED, answer or None)
