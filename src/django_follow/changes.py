"""The one door through which edges come and go: each change keeps the counts and is announced."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from itertools import product
from typing import TYPE_CHECKING, Any

from django.db import connections, models, transaction
from django.db.models.deletion import Collector, get_candidate_relations_to_delete
from django.db.models.sql import DeleteQuery
from django.dispatch import Signal

from . import counting
from .signals import followed, unfollowed

if TYPE_CHECKING:
    from .edges import AbstractFollow

_eager: ContextVar[bool] = ContextVar("django_follow_eager", default=False)
_held: ContextVar[list[Callable[[], object]] | None] = ContextVar(
    "django_follow_held", default=None
)


@contextmanager
def eager() -> Iterator[None]:
    """Send signals at once instead of on commit: see `django_follow.testing`."""
    token = _eager.set(True)
    try:
        yield
    finally:
        _eager.reset(token)


@contextmanager
def held() -> Iterator[None]:
    """Keep eager signals back until what is written here stands: it may be refused still."""
    outer, mine = _held.get(), list[Callable[[], object]]()
    token = _held.set(mine)
    try:
        yield
    finally:
        _held.reset(token)
    if outer is not None:
        outer += mine
    else:
        for send in mine:
            send()


def announce(signal: Signal, sender: type[models.Model], using: str, **details: Any) -> None:
    """Send a signal once the change is committed; a receiver that raises is logged."""
    _on_commit(lambda: signal.send_robust(sender=sender, using=using, **details), using)


def ask_first(edge: Any, permit: Callable[[], object]) -> None:
    """Call `permit` once this edge is inserted and before it is counted; it may raise.

    Whoever counts the same nodes waits from then on, so that what can be asked is asked before.
    """
    edge._permit = permit


def asked(edge: Any) -> None:
    """The edge is inserted: ask now."""
    if permit := edge.__dict__.pop("_permit", None):
        permit()


def added(edge_class: type[AbstractFollow], edges: list[Any], using: str) -> None:
    """These edges are new: count them and send `followed` for each."""
    if edges:
        _announce_edges(followed, edge_class, edges, using)
        # Last: from here to the commit, whoever else counts these nodes waits.
        counting.adjust(edge_class, (edge.ends for edge in edges), 1, using)


def removed(
    edge_class: type[AbstractFollow],
    edges: list[Any],
    using: str,
    departing: models.Model | None = None,
) -> None:
    """These edges are gone: uncount them and send `unfollowed` for each.

    `departing` is the node whose deletion takes them along.
    """
    if edges:
        counting.adjust(edge_class, (edge.ends for edge in edges), -1, using, departing)
        _announce_edges(unfollowed, edge_class, edges, using, departing)


def remove(
    edge_class: type[AbstractFollow],
    edges: list[Any],
    using: str,
    origin: Any = None,
    departing: models.Model | None = None,
) -> tuple[int, dict[str, int]]:
    """Delete edges that are locked already, with what depends on them; as Django counts them.

    Ahead of a departing node, whose deletion is under way, Django tells listeners of its own; so
    only rows are deleted then, unless other rows depend on them.
    """
    collector = Collector(using=using, origin=departing if origin is None else origin)
    options: Any = edge_class._meta
    if departing is not None:
        plain = not any(get_candidate_relations_to_delete(options))
    else:
        plain = all(map(collector.can_fast_delete, edges[:1]))
    if plain:
        number = delete_rows(edge_class, edges, using)
        deleted = (number, {edge_class._meta.label: number} if number else {})
    else:
        collector.collect([copy(edge) for edge in edges])  # Django takes the keys from these
        deleted = collector.delete()
    removed(edge_class, edges, using, departing)
    return deleted


def remove_pair(edge_class: type[AbstractFollow], edge: Any, using: str) -> bool:
    """Delete the edge of this pair, if there is one, and announce it as it was stored."""
    fields = edge_class.end_fields()
    pair = {field.attname: getattr(edge, field.attname) for field in fields}
    edges = edge_class._default_manager.using(using).filter(**pair)
    # A database that returns what it inserts returns what it deletes, too.
    returns = connections[using].features.can_return_columns_from_insert
    at_once = returns and Collector(using=using).can_fast_delete(edges)
    found = _delete_returning(edges, using) if at_once else edges.locked()
    for field, stored in product(fields, found):
        field.set_cached_value(stored, field.get_cached_value(edge))
    if at_once:
        removed(edge_class, found, using)
    else:
        remove(edge_class, found, using)
    return bool(found)


def _delete_returning(edges: Any, using: str) -> list[Any]:
    """Delete these rows in one statement, and return them."""
    sql, values = edges.query.chain(klass=DeleteQuery).get_compiler(using).as_sql()
    return list(edges.raw(f"{sql} RETURNING *", values))


def delete_rows(edge_class: type[AbstractFollow], edges: list[Any], using: str) -> int:
    """Delete these rows and nothing else."""
    rows: models.QuerySet[Any] = models.QuerySet(edge_class, using=using)
    keys = [edge.pk for edge in edges]
    return sum(rows.filter(pk__in=batch)._raw_delete(using) for batch in counting.batches(keys))


def _announce_edges(
    signal: Signal,
    edge_class: type[AbstractFollow],
    edges: list[Any],
    using: str,
    departing: Any = None,
) -> None:
    """Send one signal per edge, with its nodes. Costs nothing while nobody listens."""
    if not signal.has_listeners(edge_class):
        return
    ends = [edge.ends for edge in edges]

    def send() -> None:
        nodes = [_nodes(field, edges, using, departing) for field in edge_class.end_fields()]
        for edge, (start, end) in zip(edges, ends, strict=True):
            signal.send_robust(
                sender=edge_class,
                using=using,
                edge=edge,
                follower=nodes[0].get(start),
                followee=nodes[1].get(end),
            )

    _on_commit(send, using)


def _nodes(field: Any, edges: list[Any], using: str, departing: Any) -> dict[Any, Any]:
    """The nodes at one end, by key; those that no edge holds are fetched in one query."""
    known: dict[Any, Any] = {}
    wanted = set()
    for edge in edges:
        key = field.target_field.to_python(getattr(edge, field.attname))
        node = field.get_cached_value(edge, default=None)
        if node is not None:
            known[key] = node
        wanted.add(key)
    model = field.related_model
    if departing is not None and isinstance(departing, model._meta.concrete_model):
        known.setdefault(departing.pk, departing)
    if missing := wanted - known.keys():
        found: dict[Any, Any] = models.QuerySet(model, using=using).in_bulk(
            missing, field_name="pk"
        )
        known.update(found)
    return known


def _on_commit(send: Callable[[], object], using: str) -> None:
    if _eager.get() and (waiting := _held.get()) is not None:
        waiting.append(send)
    elif _eager.get():
        send()
    else:
        transaction.on_commit(send, using=using, robust=True)
