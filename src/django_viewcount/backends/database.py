from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from contextlib import nullcontext, suppress
from datetime import date
from secrets import token_bytes
from typing import Any

from django.db import DatabaseError, connections, models, transaction
from django.db.models import Count, F, FloatField, Q, Sum, Value
from django.db.models.functions import Cast, Power

from ..clock import hour_of, moment, site_day
from ..conf import settings
from ..exceptions import BackendUnavailable
from ..marks import Gate, gates_of, now_in_ms, previous_key, read, take
from ..models import DailyViews, HourlyViews, ViewCount, VisitorSalt
from ..reasons import Reason
from ..storage import add, identity
from ..sweeping import HOURS, sweep
from ..targets import ROBOT_COUNTER, Kind, Target, keys_by_kind
from .base import BaseBackend, Day, Outcome, Rank, View, Window

# Sums of the same numbers in another order differ by less than this.
CLOSE = 1 + 1e-9


class Refused(Exception):
    """A view may not count; what was remembered of it is rolled back."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason


class DatabaseBackend(BaseBackend):
    """Writes each view to the database at once: for small sites and the first five minutes."""

    def __init__(self) -> None:
        self.swept: dict[str, int] = {}

    def count(self, views: Sequence[View]) -> list[Outcome]:
        """Costs three upserts for all views: total, day and hour. A visitor costs one more per
        view, and so do a token and VIEWCOUNT_NETWORK_LIMIT; shortly after midnight,
        VIEWCOUNT_COOLDOWN costs a SELECT. MySQL costs a SELECT per kind, for the totals. What is
        over is deleted in passing, once an hour and process.

        All of it is one transaction; in one of the caller's, a savepoint, and one more for a view
        with two of the rules above. The counters' rows are locked until the commit. Transactions
        that count in several calls, in differing order, can therefore deadlock.
        """
        outcomes: dict[int, Outcome] = {}
        try:
            for alias in {view.alias for view in views}:
                own = [place for place, view in enumerate(views) if view.alias == alias]
                answers = self._count([views[place] for place in own], alias)
                outcomes |= zip(own, answers, strict=True)
                self._sweep_hourly(alias)
        except DatabaseError as error:
            raise BackendUnavailable(f"The database refused a view: {error}") from error
        return [outcomes[place] for place in range(len(views))]

    def _count(self, views: Sequence[View], alias: str) -> list[Outcome]:
        # A savepoint, so that a failure leaves the page's own transaction usable. MySQL and
        # MariaDB end the whole transaction at a deadlock: there, only a rollback is left.
        with transaction.atomic(using=alias):
            answers = [_admit(view, alias) for view in views]
            counted = [
                (view, answer)
                for view, answer in zip(views, answers, strict=True)
                if not isinstance(answer, Reason)
            ]
            totals = _add(counted, alias) if counted else {}
        outcomes = []
        # Backwards, so that of several views of one target each has the total of its time.
        for view, answer in zip(reversed(views), reversed(answers), strict=True):
            if isinstance(answer, Reason):
                outcomes.append(Outcome(answer))
                continue
            outcomes.append(Outcome(Reason.COUNTED, totals.get(view.target)))
            if view.target in totals:
                totals[view.target] -= view.views
        return outcomes[::-1]

    def _sweep_hourly(self, alias: str) -> None:
        hour = hour_of(moment())
        if self.swept.setdefault(alias, hour) != hour:
            self.swept[alias] = hour
            _sweep(alias)

    def salt(self, day: date, alias: str) -> bytes:
        """Costs one query; the first of a day an INSERT and a query more, and it takes the
        opportunity to delete what is over."""
        salts = VisitorSalt.objects.using(alias).filter(day=day).values_list("salt", flat=True)
        try:
            with transaction.atomic(using=alias):
                if found := salts.first():
                    return bytes(found)
                own = VisitorSalt(day=day, salt=token_bytes(16))
                VisitorSalt.objects.using(alias).bulk_create([own], ignore_conflicts=True)
                salt = bytes(salts.get())
            _sweep(alias)
        except (DatabaseError, VisitorSalt.DoesNotExist) as error:
            raise BackendUnavailable(f"The database has no salt: {error}") from error
        return salt

    def seen(self, view: View) -> Reason | None:
        """Costs one query, or none for a view without token and visitor."""
        now = now_in_ms()
        gates, previous = gates_of(view, now), previous_key(view)
        keys = [gate.key for gate in gates] + ([previous] if previous else [])
        try:
            with transaction.atomic(using=view.alias):
                marks = read(keys, view.alias) if keys else {}
        except DatabaseError as error:
            raise BackendUnavailable(f"The database does not tell: {error}") from error
        for gate in gates:
            if not gate.lets_in(marks.get(gate.key), now):
                return gate.reason
            if gate.reason is Reason.COOLDOWN and previous and marks.get(previous, (0, 0))[1] > now:
                return Reason.COOLDOWN
        return None

    def totals(self, targets: Collection[Target], alias: str) -> dict[Target, int]:
        """Costs one query per kind."""
        result = dict.fromkeys(targets, 0)
        for kind, keys in keys_by_kind(targets).items():
            result |= _known(result, kind, ViewCount.objects.using(alias).totals(kind, keys))
        return result

    def uniques(self, targets: Collection[Target], alias: str) -> dict[Target, int]:
        """Costs one query per kind."""
        result = dict.fromkeys(targets, 0)
        for kind, keys in keys_by_kind(targets).items():
            result |= _known(result, kind, ViewCount.objects.using(alias).uniques(kind, keys))
        return result

    def days(
        self, targets: Collection[Target], days: Sequence[date], alias: str
    ) -> dict[Target, dict[date, Day]]:
        """Costs one query per kind."""
        found: dict[Target, dict[date, Day]] = {target: {} for target in targets}
        wanted = set(days)
        for kind, keys in keys_by_kind(targets).items() if wanted else ():
            rows = DailyViews.objects.using(alias).for_kind(kind).filter(object_id__in=keys)
            rows = rows.filter(day__range=(min(wanted), max(wanted)))
            for key, day, *numbers in rows.values_list("object_id", "day", "views", "uniques"):
                target = Target(kind.model, key, kind.counter)
                if day in wanted and target in found:
                    found[target][day] = Day(*numbers)
        return found

    def hours(
        self, targets: Collection[Target], hours: Sequence[int], alias: str
    ) -> dict[Target, dict[int, int]]:
        """Costs one query per kind."""
        found: dict[Target, dict[int, int]] = {target: {} for target in targets}
        for kind, keys in keys_by_kind(targets).items() if hours else ():
            rows = HourlyViews.objects.using(alias).for_kind(kind)
            rows = rows.filter(object_id__in=keys, hour__in=hours)
            for key, hour, views in rows.values_list("object_id", "hour", "views"):
                if (target := Target(kind.model, key, kind.counter)) in found:
                    found[target][hour] = views
        return found

    def top(self, kind: Kind, window: Window, limit: int, alias: str) -> list[tuple[str, float]]:
        """Costs one query."""
        ranking = ranking_of(kind, window, alias).order_by("-score", "object_id")
        return list(ranking.values_list("object_id", "score")[:limit])

    def scores(
        self, kind: Kind, window: Window, keys: Sequence[str], alias: str
    ) -> dict[str, float]:
        """Costs one query."""
        ranking = ranking_of(kind, window, alias).filter(object_id__in=keys)
        return dict(ranking.values_list("object_id", "score"))

    def rank(self, target: Target, window: Window, alias: str) -> Rank:
        """Costs two queries."""
        own = self.scores(target.kind, window, [target.key], alias).get(target.key, 0)
        above = Q(score__gt=own * CLOSE if window.unit == "trending" else own)
        numbers = ranking_of(target.kind, window, alias).aggregate(
            more=Count("object_id", filter=above), of=Count("object_id")
        )
        return Rank(numbers["more"] + 1 if own else None, numbers["of"])

    def forget(self, targets: Collection[Target], alias: str) -> None:
        """Costs nothing: all is in the counter tables, but for marks that nobody can assign."""

    def merge(self, source: Target, into: Target, alias: str) -> None:
        """Costs nothing, for the same reason."""


def _sweep(alias: str) -> None:
    # What cannot be deleted now is deleted another time.
    with suppress(DatabaseError), transaction.atomic(using=alias):
        sweep(alias)


def _admit(view: View, alias: str) -> bool | Reason:
    """Pass all gates, and tell whether the visitor is new; or tell which gate is shut."""
    now = now_in_ms()
    gates, previous = gates_of(view, now), previous_key(view)
    if not gates:
        return False
    traces = len(gates) > 1 or previous is not None
    try:
        with transaction.atomic(using=alias) if traces else nullcontext():
            return _pass(gates, previous, now, alias)
    except Refused as refused:
        return refused.reason


def _pass(gates: Iterable[Gate], previous: str | None, now: int, alias: str) -> bool:
    new = False
    for gate in gates:
        value = take(gate, now, alias)
        if value is None:
            raise Refused(gate.reason)
        if gate.reason is Reason.COOLDOWN:
            # A visitor who comes back after the end of their day is not told from a new one.
            new = value == 1 and gate.expires > now
            if previous and read([previous], alias).get(previous, (0, 0))[1] > now:
                raise Refused(gate.reason)
    return new


def _add(counted: Sequence[tuple[View, Any]], alias: str) -> dict[Target, int]:
    """Add views to the three tables; return the totals."""
    now, names = hour_of(moment()), {}
    totals: defaultdict[Any, Counter[str]] = defaultdict(Counter)
    days: defaultdict[Any, Counter[str]] = defaultdict(Counter)
    hours: Counter[Any] = Counter()
    for (target, at, _, views, _, _), new in counted:
        name = identity(target.kind, alias)(target.key)
        names[name] = target
        for numbers in (totals[name], days[(*name, site_day(at))]):
            numbers.update(views=views, uniques=int(new))
        if target.counter != ROBOT_COUNTER and 0 <= now - hour_of(at) <= HOURS:
            hours[(*name, hour_of(at))] += views
    returning = connections[alias].features.can_return_columns_from_insert
    columns = ("content_type_id", "object_id", "counter", "views") if returning else ()
    rows = [(*name, sums["views"], sums["uniques"]) for name, sums in sorted(totals.items())]
    found = add(ViewCount, rows, alias, returning=columns)
    rows = [(*name, sums["views"], sums["uniques"]) for name, sums in sorted(days.items())]
    add(DailyViews, rows, alias)
    add(HourlyViews, [(*name, sums) for name, sums in sorted(hours.items())], alias)
    if returning:
        return {names[row[:3]]: row[3] for row in found if row[:3] in names}
    answers = {}
    for kind, keys in keys_by_kind(names.values()).items():
        for key, views in ViewCount.objects.using(alias).totals(kind, keys).items():
            answers[Target(kind.model, key, kind.counter)] = views
    return answers


def _known(result: Collection[Target], kind: Kind, found: dict[str, int]) -> dict[Target, int]:
    """By target, without those that the database takes for the same in another spelling."""
    targets = {Target(kind.model, key, kind.counter): number for key, number in found.items()}
    return {target: number for target, number in targets.items() if target in result}


def ranking_of(kind: Kind, window: Window, alias: str) -> models.QuerySet[Any, Any]:
    """Viewed objects of a kind with their score."""
    if window.unit == "all":
        rows = ViewCount.objects.using(alias).for_kind(kind).filter(views__gt=0)
        return rows.annotate(score=F("views")).order_by()
    if window.unit == "days":
        days = (date.fromordinal(window.start), date.fromordinal(window.end))
        daily = DailyViews.objects.using(alias).for_kind(kind).filter(day__range=days)
        return daily.values("object_id").annotate(score=Sum("views")).order_by()
    start, score = window.start, Sum("views")
    if window.unit == "trending":
        start = window.end - HOURS
        base = Cast(Value(2.0 ** (1 / settings.half_life)), FloatField())
        weight = Power(base, F("hour") - Value(window.end), output_field=FloatField())
        score = Sum(F("views") * weight, output_field=FloatField())
    hourly = HourlyViews.objects.using(alias).for_kind(kind).filter(hour__range=(start, window.end))
    return hourly.values("object_id").annotate(score=score).order_by()
