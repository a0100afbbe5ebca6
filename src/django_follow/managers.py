from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.db import connections, models, transaction
from django.db.models import Q
from django.utils import timezone

from . import changes, counting
from .exceptions import InvalidCursor

if TYPE_CHECKING:
    from .edges import AbstractFollow, AbstractPair

_Pair = TypeVar("_Pair", bound="AbstractPair")
_Edge = TypeVar("_Edge", bound="AbstractFollow")


@dataclass(frozen=True)
class Page(Generic[_Pair]):
    """Some pairs, newest first, and the cursor of those after them (None at the end)."""

    pairs: list[_Pair]
    next_cursor: str | None

    def nodes(self, end: str) -> list[Any]:
        """The nodes at one end of the pairs, such as "follower"; fetch them by select_related."""
        return [getattr(pair, end) for pair in self.pairs]


class PairQuerySet(models.QuerySet[_Pair]):
    """Reads of a table of pairs. Ends may be given as instances or primary keys."""

    def of(self, start: Any) -> PairQuerySet[_Pair]:
        """Pairs that start at this node."""
        return self.filter(**{self.model.end_names()[0]: start})

    def to(self, end: Any) -> PairQuerySet[_Pair]:
        """Pairs that end at this node."""
        return self.filter(**{self.model.end_names()[1]: end})

    def of_any(self, starts: Iterable[Any]) -> PairQuerySet[_Pair]:
        """Pairs that start at any of these nodes."""
        return self.filter(**{f"{self.model.end_names()[0]}__in": list(starts)})

    def to_any(self, ends: Iterable[Any]) -> PairQuerySet[_Pair]:
        """Pairs that end at any of these nodes."""
        return self.filter(**{f"{self.model.end_names()[1]}__in": list(ends)})

    def between(self, one: Any, others: Iterable[Any]) -> PairQuerySet[_Pair]:
        """Pairs in either direction between `one` and any of `others`."""
        others = list(others)
        start, end = self.model.end_names()
        return self.filter(
            Q(**{start: one, f"{end}__in": others}) | Q(**{end: one, f"{start}__in": others})
        )

    def newest_first(self) -> PairQuerySet[_Pair]:
        """By key, so that the order is that of the index and never ties."""
        return self.order_by("-pk")

    def page(self, size: int = 20, before: str | None = None) -> Page[_Pair]:
        """Return `size` pairs, newest first, that come after the cursor `before` in the list.

        Raises InvalidCursor, or ValueError for a size below 1. Costs one query, as fast for the
        last page as for the first.
        """
        if size < 1:
            raise ValueError(f"size must be at least 1, not {size!r}.")
        pairs = self.newest_first()
        if before is not None:
            if not (before.isascii() and before.isdigit() and len(before) < 20):
                raise InvalidCursor(f"{before!r} is not a cursor. Start again without one.")
            pairs = pairs.filter(pk__lt=int(before))
        found = list(pairs[: size + 1])
        more = len(found) > size
        return Page(found[:size], str(found[size - 1].pk) if more else None)


class MuteQuerySet(PairQuerySet[_Pair]):
    """Reads of mutes."""

    def active(self) -> MuteQuerySet[_Pair]:
        """Mutes that have not expired. They expire by themselves: nothing has to run."""
        return self.filter(Q(until__isnull=True) | Q(until__gt=timezone.now()))


class FollowQuerySet(PairQuerySet[_Edge]):
    """Reads of an edge table; and the bulk writes of Django, which keep counts and signals."""

    if TYPE_CHECKING:

        def of(self, start: Any) -> FollowQuerySet[_Edge]: ...
        def to(self, end: Any) -> FollowQuerySet[_Edge]: ...
        def of_any(self, starts: Iterable[Any]) -> FollowQuerySet[_Edge]: ...
        def to_any(self, ends: Iterable[Any]) -> FollowQuerySet[_Edge]: ...
        def between(self, one: Any, others: Iterable[Any]) -> FollowQuerySet[_Edge]: ...
        def newest_first(self) -> FollowQuerySet[_Edge]: ...

    def bulk_create(self, objs: Iterable[_Edge], *args: Any, **kwargs: Any) -> list[_Edge]:
        """As Django's, and `user.following.add()` goes through it; then one statement for counts.

        With `ignore_conflicts` or `update_conflicts` the database does not tell which rows are
        new, so the counts are locked and one SELECT goes before.
        """
        self._for_write = True
        edges = list(objs)
        with transaction.atomic(using=self.db):
            if edges and (any(args[1:3]) or _may_conflict(kwargs)):
                counting.adjust(self.model, [edge.ends for edge in edges], 0, self.db)
                fresh = self._fresh(edges)
            else:
                counting.lock_nodes(self.model, [edge.ends for edge in edges], self.db)
                fresh = edges
            created = super().bulk_create(edges, *args, **kwargs)
            changes.added(self.model, fresh, self.db)
        return created

    def update(self, **kwargs: Any) -> int:
        """As Django's; edges that get another end count as removed and added."""
        ends = {name for field in self.model.end_fields() for name in (field.name, field.attname)}
        if ends.isdisjoint(kwargs) or self.query.is_sliced:
            return super().update(**kwargs)  # which refuses a slice
        self._for_write = True
        with transaction.atomic(using=self.db):
            before = {edge.pk: edge for edge in self.locked()}
            updated = super(FollowQuerySet, self.filter(pk__in=before)).update(**kwargs)
            after = [
                edge
                for edge in self._plain().filter(pk__in=before)
                if edge.ends != before[edge.pk].ends
            ]
            changes.removed(self.model, [before[edge.pk] for edge in after], self.db)
            changes.added(self.model, after, self.db)
        return updated

    def delete(self) -> tuple[int, dict[str, int]]:
        """As Django's, in one SELECT that locks, one DELETE per 300 edges, one for the counts.

        The lock makes counts exact: of two that delete an edge at once, one has deleted it.
        """
        query: Any = self.query
        if query.is_sliced or query.distinct_fields or query.combinator or query.values_select:
            return super().delete()  # which refuses
        self._for_write = True
        with transaction.atomic(using=self.db):
            edges = self.locked()
            deleted = changes.remove(self.model, edges, self.db, origin=self)
        self._result_cache = None
        return deleted

    # Django's managers offer neither: `Follow.objects.delete()` would be too easily written.
    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def _plain(self) -> models.QuerySet[_Edge]:
        return models.QuerySet(self.model, using=self.db)

    def _fresh(self, edges: list[_Edge]) -> list[_Edge]:
        """Those of these edges that are not stored yet; the stored are locked, so they stay."""
        starts, ends = map(set, zip(*(edge.ends for edge in edges), strict=True))
        start, end = self.model.end_names()
        pair = Q(**{f"{start}__in": starts, f"{end}__in": ends})
        keys = {edge.pk for edge in edges} - {None}
        stored: FollowQuerySet[_Edge] = FollowQuerySet(self.model, using=self.db)
        known = {edge.pk: edge.ends for edge in stored.filter(pair | Q(pk__in=keys)).locked()}
        pairs = set(known.values())
        return list(
            {
                edge.ends: edge for edge in edges if edge.pk not in known and edge.ends not in pairs
            }.values()
        )

    def locked(self) -> list[_Edge]:
        """Fetch these edges and lock them until the transaction ends, by the order of keys."""
        query: Any = self.query
        rows: models.QuerySet[_Edge] = self.select_related(None).order_by("pk")
        joins = sum(map(bool, query.alias_refcount.values()))
        if joins > 1 or query.group_by is not None or query.distinct:
            # A database locks plain rows only, and only those of the edge are ours to lock.
            rows = self._plain().filter(pk__in=self.order_by().values("pk")).order_by("pk")
        of = ("self",) if connections[self.db].features.has_select_for_update_of else ()
        return list(rows.select_for_update(of=of))


def _may_conflict(kwargs: dict[str, Any]) -> bool:
    return bool(kwargs.get("ignore_conflicts") or kwargs.get("update_conflicts"))
