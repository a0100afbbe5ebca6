from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from datetime import date
from secrets import token_bytes
from typing import Any

from ..clock import hour_of, moment, site_day
from ..conf import settings
from ..marks import gates_of, now_in_ms, previous_key
from ..reasons import Reason
from ..sweeping import HOURS
from ..targets import ROBOT_COUNTER, Kind, Target
from .base import BaseBackend, Day, Outcome, Rank, View, Window

# What is counted apart: a target in a database.
Name = tuple[str, Target]


class DummyBackend(BaseBackend):
    """Counts in the memory of one process, for a project's own tests. Costs no I/O at all.

    Keeps nothing, and does not look at what is in the database.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        with self.lock:
            self.views: Counter[Name] = Counter()
            self.by_day: defaultdict[Name, dict[date, Day]] = defaultdict(dict)
            self.by_hour: defaultdict[Name, Counter[int]] = defaultdict(Counter)
            self.marks: dict[str, tuple[int, int]] = {}
            self.salts: dict[tuple[str, date], bytes] = {}

    def count(self, views: Sequence[View]) -> list[Outcome]:
        with self.lock:
            return [self._count(view) for view in views]

    def _count(self, view: View) -> Outcome:
        reason = self.seen(view)
        if reason is not None:
            return Outcome(reason)
        new, now = False, now_in_ms()
        for gate in gates_of(view, now):
            value = self.marks.get(gate.key, (0, 0))[0] + gate.amount
            self.marks[gate.key] = (value, gate.until)
            new = new or (gate.reason is Reason.COOLDOWN and value == 1 and gate.expires > now)
        name, day, hour = (view.alias, view.target), site_day(view.at), hour_of(view.at)
        self.views[name] += view.views
        before = self.by_day[name].get(day, Day())
        self.by_day[name][day] = Day(before.views + view.views, before.uniques + new)
        kept = 0 <= hour_of(moment()) - hour <= HOURS
        if kept and view.target.counter != ROBOT_COUNTER:
            self.by_hour[name][hour] += view.views
        return Outcome(Reason.COUNTED, self.views[name])

    def salt(self, day: date, alias: str) -> bytes:
        with self.lock:
            return self.salts.setdefault((alias, day), token_bytes(16))

    def seen(self, view: View) -> Reason | None:
        now, previous = now_in_ms(), previous_key(view)
        with self.lock:
            seen_before = previous is not None and self.marks.get(previous, (0, 0))[1] > now
            for gate in gates_of(view, now):
                shut = gate.reason is Reason.COOLDOWN and seen_before
                if shut or not gate.lets_in(self.marks.get(gate.key), now):
                    return gate.reason
        return None

    def totals(self, targets: Collection[Target], alias: str) -> dict[Target, int]:
        with self.lock:
            return {target: self.views[alias, target] for target in targets}

    def uniques(self, targets: Collection[Target], alias: str) -> dict[Target, int]:
        with self.lock:
            return {
                target: sum(day.uniques for day in self.by_day.get((alias, target), {}).values())
                for target in targets
            }

    def days(
        self, targets: Collection[Target], days: Sequence[date], alias: str
    ) -> dict[Target, dict[date, Day]]:
        with self.lock:
            known = {target: self.by_day.get((alias, target), {}) for target in targets}
            return {
                target: {day: seen[day] for day in days if day in seen}
                for target, seen in known.items()
            }

    def hours(
        self, targets: Collection[Target], hours: Sequence[int], alias: str
    ) -> dict[Target, dict[int, int]]:
        with self.lock:
            known = {target: self.by_hour.get((alias, target), Counter()) for target in targets}
            return {
                target: {hour: seen[hour] for hour in hours if hour in seen}
                for target, seen in known.items()
            }

    def top(self, kind: Kind, window: Window, limit: int, alias: str) -> list[tuple[str, float]]:
        ranking = self._ranking(kind, window, alias)
        return sorted(ranking.items(), key=lambda place: (-place[1], place[0]))[:limit]

    def scores(
        self, kind: Kind, window: Window, keys: Sequence[str], alias: str
    ) -> dict[str, float]:
        ranking = self._ranking(kind, window, alias)
        return {key: ranking[key] for key in keys if key in ranking}

    def rank(self, target: Target, window: Window, alias: str) -> Rank:
        ranking = self._ranking(target.kind, window, alias)
        own = ranking.get(target.key)
        more = sum(score > own for score in ranking.values()) if own else 0
        return Rank(more + 1 if own else None, len(ranking))

    def _ranking(self, kind: Kind, window: Window, alias: str) -> dict[str, float]:
        """Viewed objects of a kind with their score."""
        score = self._scoring(window)
        with self.lock:
            scores = {
                target.key: score((database, target))
                for database, target in self.views
                if database == alias and target.kind == kind
            }
        return {key: value for key, value in scores.items() if value}

    def _scoring(self, window: Window) -> Callable[[Name], float]:
        wanted = range(window.start, window.end + 1)
        if window.unit == "all":
            return lambda name: self.views[name]
        if window.unit == "hours":
            return lambda name: sum(self.by_hour.get(name, Counter())[hour] for hour in wanted)
        if window.unit == "days":
            days = [date.fromordinal(day) for day in wanted]
            return lambda name: sum(self.by_day.get(name, {}).get(day, Day()).views for day in days)
        half_life = settings.half_life
        return lambda name: sum(
            views * 2.0 ** ((hour - window.end) / half_life)
            for hour, views in self.by_hour.get(name, Counter()).items()
            if 0 <= window.end - hour <= HOURS
        )

    def forget(self, targets: Collection[Target], alias: str) -> None:
        with self.lock:
            for target in targets:
                for kept in self._kept():
                    kept.pop((alias, target), None)

    def merge(self, source: Target, into: Target, alias: str) -> None:
        old, new = (alias, source), (alias, into)
        with self.lock:
            self.views[new] += self.views[old]
            for hour, views in self.by_hour.get(old, {}).items():
                self.by_hour[new][hour] += views
            for day, seen in self.by_day.get(old, {}).items():
                there = self.by_day[new].get(day, Day())
                added = Day(there.views + seen.views, there.uniques + seen.uniques)
                self.by_day[new][day] = added
            self.forget([source], alias)

    def _kept(self) -> tuple[dict[Name, Any], ...]:
        return self.views, self.by_day, self.by_hour
