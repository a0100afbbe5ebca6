"""A backend of a project's own: a list of all views, which every answer is looked up in."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from secrets import token_bytes
from typing import Any

import pytest
from django.core.checks import Info

from django_viewcount.backends import get_backend
from django_viewcount.backends.base import BaseBackend, Day, Outcome, Rank, View, Window
from django_viewcount.checks import check_backend
from django_viewcount.clock import hour_of, moment, site_day
from django_viewcount.conf import settings as app_settings
from django_viewcount.reasons import Reason
from django_viewcount.targets import Kind, Target
from tests.viewcount.contract import ViewCountContract


class ListBackend(BaseBackend):
    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.views: list[tuple[float, View]] = []
        self.salts: dict[tuple[date, str], bytes] = {}

    def count(self, views: Sequence[View]) -> list[Outcome]:
        with self.lock:
            return [self.add(view) for view in views]

    def add(self, view: View) -> Outcome:
        if reason := self.seen(view):
            return Outcome(reason)
        self.views.append((moment().timestamp(), view))
        return Outcome(Reason.COUNTED, self.totals([view.target], view.alias)[view.target])

    def seen(self, view: View) -> Reason | None:
        now, who = moment().timestamp(), view.visitor
        names = [(other.token, other.target) for _, other in self.views]
        if view.token and (view.token, view.target) in names:
            return Reason.REPEATED
        for at, other in self.of([view.target], view.alias):
            recent = who and other.visitor and now - at < app_settings.cooldown
            if recent and other.visitor.id in (who.id, who.previous):  # type: ignore[union-attr]
                return Reason.COOLDOWN
        limit = app_settings.network_limit
        if who and limit is not None:
            added = sum(
                other.views
                for _, other in self.of([view.target], view.alias)
                if other.visitor
                and other.visitor.network == who.network
                and hour_of(other.at) == hour_of(view.at)
            )
            if added + view.views > limit:
                return Reason.NETWORK_LIMIT
        return None

    def of(self, targets: Collection[Target], alias: str) -> list[tuple[float, View]]:
        return [
            (at, view) for at, view in self.views if view.target in targets and view.alias == alias
        ]

    def salt(self, day: date, alias: str) -> bytes:
        with self.lock:
            return self.salts.setdefault((day, alias), token_bytes(16))

    def totals(self, targets: Collection[Target], alias: str) -> dict[Target, int]:
        return {
            target: sum(view.views for _, view in self.of([target], alias)) for target in targets
        }

    def uniques(self, targets: Collection[Target], alias: str) -> dict[Target, int]:
        return {
            target: len(
                {
                    (site_day(view.at), view.visitor.id)
                    for _, view in self.of([target], alias)
                    if view.visitor
                }
            )
            for target in targets
        }

    def days(
        self, targets: Collection[Target], days: Sequence[date], alias: str
    ) -> dict[Target, dict[date, Day]]:
        found: dict[Target, dict[date, Day]] = {}
        for target in targets:
            mine = [view for _, view in self.of([target], alias)]
            found[target] = {}
            for day in days:
                views = [view for view in mine if site_day(view.at) == day]
                people = {view.visitor.id for view in views if view.visitor}
                found[target][day] = Day(sum(view.views for view in views), len(people))
        return found

    def hours(
        self, targets: Collection[Target], hours: Sequence[int], alias: str
    ) -> dict[Target, dict[int, int]]:
        return {
            target: {
                hour: sum(v.views for _, v in self.of([target], alias) if hour_of(v.at) == hour)
                for hour in hours
            }
            for target in targets
        }

    def ranking(self, kind: Kind, window: Window, alias: str) -> Counter[str]:
        ranking: Counter[str] = Counter()
        for _, view in self.views:
            if view.target.kind == kind and view.alias == alias:
                ranking[view.target.key] += view.views * self.weight(view, window)  # type: ignore[assignment]
        return +ranking

    def weight(self, view: View, window: Window) -> float:
        hour = hour_of(view.at)
        if window.unit == "trending":
            age = window.end - hour
            return float(2 ** (-age / app_settings.half_life)) if 0 <= age <= 48 else 0
        if window.unit == "hours":
            return window.start <= hour <= window.end
        if window.unit == "days":
            return window.start <= site_day(view.at).toordinal() <= window.end
        return 1

    def top(self, kind: Kind, window: Window, limit: int, alias: str) -> list[tuple[str, float]]:
        return list(self.ranking(kind, window, alias).most_common(limit))

    def scores(
        self, kind: Kind, window: Window, keys: Sequence[str], alias: str
    ) -> dict[str, float]:
        ranking = self.ranking(kind, window, alias)
        return {key: ranking[key] for key in keys}

    def rank(self, target: Target, window: Window, alias: str) -> Rank:
        ranking = self.ranking(target.kind, window, alias)
        own = ranking[target.key]
        place = 1 + sum(score > own for score in ranking.values())
        return Rank(place if own else None, len([score for score in ranking.values() if score]))

    def forget(self, targets: Collection[Target], alias: str) -> None:
        gone = self.of(targets, alias)
        self.views = [pair for pair in self.views if pair not in gone]

    def merge(self, source: Target, into: Target, alias: str) -> None:
        self.views = [
            (
                at,
                view._replace(target=into)
                if (view.target, view.alias) == (source, alias)
                else view,
            )
            for at, view in self.views
        ]

    def check(self) -> list[Any]:
        return [Info("A list.", id="project.I001")]


@pytest.fixture(autouse=True)
def backend(settings: Any) -> Iterator[ListBackend]:
    settings.VIEWCOUNT_BACKEND = f"{__name__}.ListBackend"
    backend = get_backend()
    assert isinstance(backend, ListBackend)
    yield backend
    backend.views.clear()


class TestListBackend(ViewCountContract):
    pass


def test_speaks_for_itself() -> None:
    assert check_backend() == [Info("A list.", id="project.I001")]


def test_nothing_waits_by_default(backend: ListBackend) -> None:
    assert backend.waiting("default") == []
    assert backend.claim(Kind(Any), 0, "default") is None  # type: ignore[arg-type]
