"""A stream, and the pages it is read in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from asgiref.sync import sync_to_async
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Q

from .conf import settings
from .cursors import Position, decode_cursor, encode_cursor, position_of
from .grouping import ActionGroup, fold
from .managers import ActionQuerySet, newer, older
from .merging import newest
from .resolving import attach_objects, without_hidden
from .sources import Condition, Followed

MAX_PAGE_SIZE = 200
MAX_COUNT = 500
REFILLS = 3  # pages that are filled up again after rows were dropped, each with MAX_PAGE_SIZE rows
DEPTH = 5  # rows that are read for each group of a page


class _Links:
    next_cursor: str | None
    prev_cursor: str | None

    def link_header(self, url: str, **parameters: Any) -> str:
        """The value of a Link header (RFC 8288) with the pages before and after this one.

        `url` is the address of the stream, `parameters` are more that its query has.
        """
        url += "&" if "?" in url else "?"
        links = (("before", self.next_cursor, "next"), ("after", self.prev_cursor, "prev"))
        return ", ".join(
            f'<{url}{urlencode({**parameters, name: cursor})}>; rel="{relation}"'
            for name, cursor, relation in links
            if cursor
        )


@dataclass(frozen=True)
class Page(_Links):
    """One page of a stream, newest first."""

    actions: list[Any]
    """The actions, with actor, action object and target fetched; None where one is gone."""

    next_cursor: str | None
    """Where the next, older page starts, for `before`; None on the last page."""

    prev_cursor: str | None = None
    """Where newer actions start, for `after`; None when the stream is empty."""

    def grouped(self) -> list[ActionGroup]:
        """The same actions, those that belong together in one group; see `Verb.group_by`."""
        return fold(self.actions)


@dataclass(frozen=True)
class GroupedPage(_Links):
    """One page of groups, in the order of their newest actions."""

    groups: list[ActionGroup]
    next_cursor: str | None
    prev_cursor: str | None = None


@dataclass(frozen=True)
class Stream:
    """A list of actions to be read page by page."""

    queryset: ActionQuerySet[Any]
    """What may be in the stream, before order and cursor."""

    sources: tuple[Condition | Followed, ...] = ()
    """Where the actions come from; none: everything in the queryset."""

    viewer: Any = None
    """Who reads; given to the project's hooks."""

    def filter(self, *conditions: Q, **lookups: Any) -> Stream:
        """The same stream with fewer actions, such as `filter(verb__in=["likes"])`."""
        return replace(self, queryset=self.queryset.filter(*conditions, **lookups))

    def exclude(self, *conditions: Q, **lookups: Any) -> Stream:
        """The same stream without these actions."""
        return replace(self, queryset=self.queryset.exclude(*conditions, **lookups))

    def page(self, size: int = 20, before: str | None = None, *, after: str | None = None) -> Page:
        """Return up to `size` (1 to 200) actions.

        They are the newest; or the newest older than the cursor `before`; or the oldest newer than
        the cursor `after`, so that a gap is closed from below, page by page, however large it is.
        With both, it is what lies between, from `after` upwards. An empty cursor is none.

        Raises InvalidCursor, or ValueError for the size. Costs one query, and one per type of
        object on the page, whatever its size and however deep it lies; home streams cost one query
        more per kind of source where the database has no LATERAL. A page that ACTIVITY_VISIBLE or
        "hide" drops rows from is filled up by at most three more such reads.
        """
        _require_size(size)
        within = Q()
        if before:
            within = older(*decode_cursor(before, self.queryset.model))
        if not after:
            shown, beyond = self._read(within, size, descending=True)
            return Page(shown, _cursor(beyond), _cursor(_position(shown[:1])))
        shown, beyond = self._read(within & self._newer(after), size, descending=False)
        upwards = beyond or _position(shown[-1:])
        shown.reverse()
        return Page(shown, _cursor(_position(shown[-1:])), _cursor(upwards) or after)

    def newest(self, since: str | None, size: int = 20) -> Page:
        """Return the newest `size` (1 to 200) actions that are newer than the cursor `since`.

        `next_cursor` is None unless there are more: then a gap remains above `since`, to be read
        with `page(before=…)` downwards or with `page(after=since)` upwards. Raises and costs what
        `page()` does.
        """
        _require_size(size)
        within = self._newer(since) if since else Q()
        shown, beyond = self._read(within, size, descending=True)
        return Page(shown, _cursor(beyond), _cursor(_position(shown[:1])) or since)

    def grouped_page(self, size: int = 20, before: str | None = None) -> GroupedPage:
        """Return up to `size` (1 to 40) groups, the newest or those older than a cursor.

        Reads five actions per group at most, in one query: with very large groups there are fewer
        of them on the page. The next page goes on after the oldest action of this one. Raises what
        `page()` does.
        """
        if size not in range(1, MAX_PAGE_SIZE // DEPTH + 1):
            raise ValueError(f"A page has 1 to {MAX_PAGE_SIZE // DEPTH} groups, not {size!r}.")
        page = self.page(size * DEPTH, before)
        groups = fold(page.actions, size)
        used = sum(len(group.actions) for group in groups)
        left_over = used < len(page.actions)
        end = _cursor(_position(page.actions[used - 1 : used])) if left_over else page.next_cursor
        return GroupedPage(groups, end, page.prev_cursor)

    def count_since(self, since: str | None, limit: int = 100) -> int:
        """How many actions are newer than a cursor (None: of all); counts to `limit` at most.

        Raises InvalidCursor, or ValueError for a limit that is not 1 to 500. Costs one query. Rows
        that only ACTIVITY_VISIBLE would drop are counted.
        """
        if limit not in range(1, MAX_COUNT + 1):
            raise ValueError(f"A stream is counted to 1 to {MAX_COUNT}, not to {limit!r}.")
        within = self._newer(since) if since else Q()
        return len(self._first(within, limit, descending=True).values_list("pk"))

    async def apage(
        self, size: int = 20, before: str | None = None, *, after: str | None = None
    ) -> Page:
        """See page()."""
        return await sync_to_async(self.page)(size, before, after=after)

    async def anewest(self, since: str | None, size: int = 20) -> Page:
        """See newest()."""
        return await sync_to_async(self.newest)(since, size)

    async def agrouped_page(self, size: int = 20, before: str | None = None) -> GroupedPage:
        """See grouped_page()."""
        return await sync_to_async(self.grouped_page)(size, before)

    async def acount_since(self, since: str | None, limit: int = 100) -> int:
        """See count_since()."""
        return await sync_to_async(self.count_since)(since, limit)

    def explain(self, size: int = 20, **options: Any) -> str:
        """The database's plan for the query of the first page; see `QuerySet.explain()`."""
        return self._first(Q(), size + 1, descending=True).explain(**options)

    def _read(self, within: Q, size: int, *, descending: bool) -> tuple[list[Any], Position | None]:
        """Up to `size` visible actions in their order, and where to go on if there are more."""
        kept: list[Any] = []
        rest, limit = within, size + 1  # the one too many tells that there are more
        for _ in range(1 + REFILLS):
            found = list(self._along(self._first(rest, limit, descending=descending)))
            attach_objects(found, self.queryset.db)
            kept += self._visible(found)
            if len(kept) > size:
                return kept[:size], position_of(kept[size - 1])
            if len(found) < limit:
                return kept, None
            last = position_of(found[-1])
            rest = within & (older(*last) if descending else newer(*last))
            limit = MAX_PAGE_SIZE
        return kept, last

    def _first(self, within: Q, limit: int, *, descending: bool) -> ActionQuerySet[Any]:
        if self.sources:
            return newest(self.queryset, self.sources, limit, within, descending=descending)
        actions = self.queryset.filter(within)
        return (actions.newest_first() if descending else actions.oldest_first())[:limit]

    def _along(self, actions: ActionQuerySet[Any]) -> ActionQuerySet[Any]:
        related = (f"actor__{name}" for name in settings.actor_select_related)
        return actions.select_related("actor", *related)

    def _visible(self, actions: list[Any]) -> list[Any]:
        visible, shown = settings.visible, without_hidden(actions)
        if visible is None or not shown:
            return shown
        kept = visible(shown, self.viewer)
        if kept is None:
            raise ImproperlyConfigured(
                "ACTIVITY_VISIBLE returned None, and not the actions to show."
            )
        return list(kept)

    def _newer(self, cursor: str) -> Q:
        return newer(*decode_cursor(cursor, self.queryset.model))


def _require_size(size: int) -> None:
    if size not in range(1, MAX_PAGE_SIZE + 1):
        raise ValueError(f"The size of a page is 1 to {MAX_PAGE_SIZE}, not {size!r}.")


def _position(actions: list[Any]) -> Position | None:
    """The position of the one action in the list, if there is one."""
    return position_of(actions[0]) if actions else None


def _cursor(position: Position | None) -> str | None:
    return None if position is None else encode_cursor(position)
