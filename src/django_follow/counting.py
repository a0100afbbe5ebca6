"""Where the numbers of followers and followed are kept, and how they are changed and verified."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from django.apps import apps
from django.db import connections, models
from django.db.models import Count, F

from .conf import settings

if TYPE_CHECKING:
    from .edges import AbstractFollow

_Item = TypeVar("_Item")
BATCH = 300  # rows of one statement; three parameters each, and SQLite may take only 999


class Counter(NamedTuple):
    """A column that counts the edges of one model by one of their ends."""

    model: type[models.Model]
    column: str
    end: str


def counters(edge_class: type[AbstractFollow]) -> list[Counter]:
    """The columns that count the edges of a model; none for an edge that names none."""
    edge: Any = edge_class.end_fields()[0].model  # a child of an edge is counted with its parent
    columns: tuple[str | None, str | None] = (edge.following_count, edge.followers_count)
    if edge._meta.label == "django_follow.Follow":
        if settings.user_counts is None:
            table = apps.get_model("django_follow.FollowCount")
            return [
                Counter(table, "following", "follower"),
                Counter(table, "followers", "followee"),
            ]
        columns = settings.user_counts
    return [
        Counter(field.related_model._meta.concrete_model, column, field.name)
        for field, column in zip(edge.end_fields(), columns, strict=True)
        if column
    ]


def adjust(
    edge_class: type[AbstractFollow],
    pairs: Iterable[tuple[Any, Any]],
    step: int,
    using: str,
    departing: models.Model | None = None,
) -> None:
    """Add `step` to the counts at both ends of each pair, in the transaction of the edges.

    `departing` is a node that is being deleted, whose count goes with it. Rows are taken in the
    order of their keys: in another order, two people who follow each other at once wait for each
    other. Costs one statement for users, up to 300 rows each; with columns on the nodes, one per
    node, or one per 300 after a SELECT that locks.
    """
    changes: dict[type[models.Model], dict[Any, dict[str, int]]] = {}
    pairs = list(pairs)
    for counter in counters(edge_class):
        rows = changes.setdefault(counter.model, defaultdict(lambda: defaultdict(int)))
        place, gone = _place(edge_class, counter), _key_of(departing, edge_class, counter)
        for pair in pairs:
            if (key := pair[place]) != gone:
                rows[key][counter.column] += step
    for model in sorted(changes, key=lambda model: model._meta.label):
        rows = {key: changes[model][key] for key in sorted(changes[model])}
        if model._meta.label == "django_follow.FollowCount":
            upsert(model, rows, using)
        else:
            _update(model, rows, using)


def upsert(
    model: type[models.Model], rows: dict[Any, dict[str, int]], using: str, *, add: bool = True
) -> None:
    """Add to the counts of these users, or set them; rows that are missing are inserted.

    Django's own upsert can only set a value, so the statement is written here.
    """
    connection, meta = connections[using], model._meta
    quote = connection.ops.quote_name
    table, key = quote(meta.db_table), quote(str(meta.pk.column))
    columns = [quote("followers"), quote("following")]
    if connection.vendor == "mysql":
        clause, new = "ON DUPLICATE KEY UPDATE", "VALUES({})"
    else:
        clause, new = f"ON CONFLICT ({key}) DO UPDATE SET", "EXCLUDED.{}"
    old = f"{table}.{{}} + " if add else ""
    sets = ", ".join(f"{name} = {(old + new).replace('{}', name)}" for name in columns)
    insert = f"INSERT INTO {table} ({key}, {', '.join(columns)}) VALUES"
    with connection.cursor() as cursor:
        for batch in batches(rows.items()):
            places = ", ".join(["(%s, %s, %s)"] * len(batch))
            values: list[Any] = []
            for user, row in batch:
                values.append(meta.pk.get_db_prep_value(user, connection))
                values += [row.get("followers", 0), row.get("following", 0)]
            cursor.execute(f"{insert} {places} {clause} {sets}", values)


def _update(model: type[models.Model], rows: dict[Any, dict[str, int]], using: str) -> None:
    nodes: models.QuerySet[Any] = models.QuerySet(model, using=using)
    if len(rows) <= 2:
        for key, row in rows.items():
            nodes.filter(pk=key).update(**{name: F(name) + step for name, step in row.items()})
        return
    alike = defaultdict(list)
    for key, row in rows.items():
        alike[tuple(row.items())].append(key)
    for batch in batches(rows):
        lock(nodes.filter(pk__in=batch))
    for steps, same in alike.items():
        for batch in batches(same):
            nodes.filter(pk__in=batch).update(**{name: F(name) + step for name, step in steps})


def lock(rows: models.QuerySet[Any]) -> list[Any]:
    """Lock rows in the order of their keys until the transaction ends; return the keys.

    They can still be referred to, where the database makes the difference: an edge that is about
    to be committed must not wait for a count.
    """
    no_key = connections[rows.db].features.has_select_for_no_key_update
    return list(rows.order_by("pk").select_for_update(no_key=no_key).values_list("pk", flat=True))


def hold(
    edge_class: type[AbstractFollow],
    pairs: list[tuple[Any, Any]],
    using: str,
    departing: models.Model,
) -> None:
    """Lock the counts of a node and of these pairs, so that no other edge of it can be counted."""
    keys: dict[type[models.Model], set[Any]] = defaultdict(set)
    for counter in counters(edge_class):
        keys[counter.model].update(pair[_place(edge_class, counter)] for pair in pairs)
        keys[counter.model].update({_key_of(departing, edge_class, counter)} - {None})
    for model in sorted(keys, key=lambda model: model._meta.label):
        for batch in batches(sorted(keys[model])):
            lock(models.QuerySet(model, using=using).filter(pk__in=batch))


def lock_nodes(edge_class: type[AbstractFollow], pairs: list[tuple[Any, Any]], using: str) -> None:
    """Before an INSERT: take the rows that will count it, where the INSERT would share them.

    MySQL and MariaDB lock the nodes of a new edge against change. Two edges to one node would both
    have that lock when each wants to count, and wait for each other.
    """
    if connections[using].vendor != "mysql":
        return
    for counter in counters(edge_class):
        if counter.model._meta.label != "django_follow.FollowCount":
            place = _place(edge_class, counter)
            for batch in batches(sorted({pair[place] for pair in pairs})):
                lock(models.QuerySet(counter.model, using=using).filter(pk__in=batch))


def recount(
    edge_class: type[AbstractFollow],
    keys: list[Any],
    using: str,
    *,
    repair: bool = True,
    table: type[models.Model] | None = None,
) -> dict[Any, dict[str, tuple[int, int]]]:
    """Compare the counts of these nodes with their edges; return {key: {column: (kept, true)}}.

    Where the two ends are counted in two tables, `table` says which one the keys belong to.

    With `repair`, the rows are locked first and set right; run it in a transaction then. A writer
    that is on its way adds its own step afterwards; but a row that is missing cannot be locked.
    Costs one SELECT per column and one for the kept values, and the writes of what is wrong.
    """
    wrong: dict[Any, dict[str, tuple[int, int]]] = defaultdict(dict)
    for model, columns in _by_model(counters(edge_class)):
        if table not in (None, model):
            continue
        rows: models.QuerySet[Any] = models.QuerySet(model, using=using).filter(pk__in=keys)
        if repair:
            lock(rows)
        kept = {row.pop("pk"): row for row in rows.values("pk", *(c.column for c in columns))}
        true = {counter.column: _truth(edge_class, counter.end, keys, using) for counter in columns}
        fixes = {}
        for key in sorted(keys):
            if model._meta.label != "django_follow.FollowCount" and key not in kept:
                continue  # not a node of this end
            now = kept.get(key, {})
            right = {column: counts.get(key, 0) for column, counts in true.items()}
            if off := {
                column: (now.get(column, 0), number)
                for column, number in right.items()
                if now.get(column, 0) != number
            }:
                wrong[key].update(off)
                fixes[key] = right
        if repair and model._meta.label == "django_follow.FollowCount":
            upsert(model, fixes, using, add=False)
        elif repair:
            for key, right in fixes.items():
                models.QuerySet(model, using=using).filter(pk=key).update(**right)
    return dict(wrong)


def _truth(
    edge_class: type[AbstractFollow], end: str, keys: list[Any], using: str
) -> dict[Any, int]:
    edges: models.QuerySet[Any] = models.QuerySet(edge_class, using=using).filter(
        **{f"{end}__in": keys}
    )
    return dict(edges.order_by().values_list(end).annotate(number=Count("pk")))


def _place(edge_class: type[AbstractFollow], counter: Counter) -> int:
    """Where the counted node stands in a pair."""
    return edge_class.end_names().index(counter.end)


def _key_of(
    node: models.Model | None, edge_class: type[AbstractFollow], counter: Counter
) -> Any | None:
    """The key of a node, if it is of the kind that this counter counts for."""
    field: Any = edge_class.end_fields()[_place(edge_class, counter)]
    kind = field.related_model._meta.concrete_model
    return kind._meta.pk.to_python(node.pk) if isinstance(node, kind) else None


def _by_model(found: list[Counter]) -> Iterator[tuple[type[models.Model], list[Counter]]]:
    for model in {counter.model: None for counter in found}:
        yield model, [counter for counter in found if counter.model is model]


def batches(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch
