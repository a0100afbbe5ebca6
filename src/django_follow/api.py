from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from asgiref.sync import sync_to_async
from django.db import IntegrityError, models, router, transaction
from django.dispatch import Signal

from .exceptions import SelfFollow, UnsavedNode
from .models import AbstractFollow, edge_model
from .relationships import (
    Counts,
    Relationship,
    attach_relationships,
    counts,
    relationship,
    relationships,
)
from .signals import followed, unfollowed

__all__ = [
    "Counts",
    "Relationship",
    "aattach_relationships",
    "acounts",
    "afollow",
    "afollow_many",
    "ais_following",
    "arelationship",
    "arelationships",
    "attach_relationships",
    "aunfollow",
    "counts",
    "follow",
    "follow_many",
    "is_following",
    "relationship",
    "relationships",
    "unfollow",
]

# Following and unfollowing the same person at once, over and over, can make an INSERT fail for an
# edge that is gone when one looks. Each attempt needs such luck anew.
MAX_RETRIES = 10


def follow(
    follower: models.Model, followee: models.Model, *, using: str | None = None, **options: Any
) -> tuple[AbstractFollow, bool]:
    """Make `follower` follow `followee`; following again is harmless.

    `options` are values for further fields of the edge, such as `created`; following again
    updates those given. Returns the edge and whether it is new. Raises SelfFollow, NoSuchEdge or
    UnsavedNode. Costs one INSERT; following again adds one SELECT, or one UPDATE more with options.
    Sends `followed` on commit when the edge is new.
    """
    edge_class, pair = _edge_and_pair(follower, followee)
    database = using or router.db_for_write(edge_class)
    edges = edge_class._default_manager.using(database)
    for last_attempt in (*[False] * MAX_RETRIES, True):
        try:
            # The unique pair decides, not a look beforehand: two clicks at once make one edge.
            with transaction.atomic(using=database):
                edge = edges.create(**pair, **options)
                _announce(
                    followed, edge_class, database, edge=edge, follower=follower, followee=followee
                )
        except IntegrityError as error:
            existing = edges.filter(**pair).first()
            if existing is not None:
                return _update(existing, options, database), False
            _require_saved(follower, followee, using=database, cause=error)
            # The edge that was in the way is gone again, so the next attempt may succeed.
            if last_attempt:
                raise
        else:
            break
    return edge, True


def unfollow(follower: models.Model, followee: models.Model, *, using: str | None = None) -> bool:
    """Remove the edge. Returns whether there was one. Costs one DELETE.

    Raises NoSuchEdge or UnsavedNode. Sends `unfollowed` on commit when there was an edge.
    """
    if follower == followee:
        return False
    edge_class, pair = _edge_and_pair(follower, followee)
    database = using or router.db_for_write(edge_class)
    with transaction.atomic(using=database):
        deleted, _ = edge_class._default_manager.using(database).filter(**pair).delete()
        if deleted:
            _announce(unfollowed, edge_class, database, follower=follower, followee=followee)
    return bool(deleted)


def is_following(
    follower: models.Model, followee: models.Model, *, using: str | None = None
) -> bool:
    """Does `follower` follow `followee`? Costs one EXISTS; an anonymous follower costs nothing.

    Raises NoSuchEdge, or UnsavedNode for a followee that is not saved.
    """
    if follower.pk is None or follower == followee:
        return False
    edge_class, pair = _edge_and_pair(follower, followee)
    return edge_class._default_manager.using(using).filter(**pair).exists()


def follow_many(
    follower: models.Model, followees: Iterable[models.Model], *, using: str | None = None
) -> list[AbstractFollow]:
    """Make `follower` follow each of `followees`; those followed already, and oneself, are skipped.

    Returns the new edges, and sends `followed` for each on commit. Raises NoSuchEdge or
    UnsavedNode before anything is written. Costs one SELECT and one INSERT per type of followee
    and batch of the database; after losing a race, once more.
    """
    by_edge: dict[type[AbstractFollow], dict[Any, models.Model]] = {}
    for followee in followees:
        if follower != followee:
            edge_class, _ = _edge_and_pair(follower, followee)
            by_edge.setdefault(edge_class, {})[followee.pk] = followee
    batches = [_follow_batch(edge, follower, nodes, using) for edge, nodes in by_edge.items()]
    return [edge for batch in batches for edge in batch]


def _edge_and_pair(
    follower: models.Model, followee: models.Model
) -> tuple[type[AbstractFollow], dict[str, Any]]:
    """The edge model for these two, and the values of its two ends."""
    for node in (follower, followee):
        if getattr(node, "pk", None) is None:
            raise UnsavedNode(f"{node!r} is not saved, so it cannot follow or be followed.")
    if follower == followee:
        raise SelfFollow(f"{follower} cannot follow themselves.")
    edge_class = edge_model(follower._meta.concrete_model, followee._meta.concrete_model)
    start, end = edge_class.end_fields()
    return edge_class, {start.attname: follower.pk, end.attname: followee.pk}


def _update(edge: AbstractFollow, options: dict[str, Any], database: str) -> AbstractFollow:
    if options:
        for name, value in options.items():
            setattr(edge, name, value)
        edge.save(using=database, update_fields=options)
    return edge


def _require_saved(*nodes: models.Model, using: str, cause: Exception) -> None:
    for node in nodes:
        model: Any = node._meta.concrete_model  # not type(node): a request's user is a lazy object
        if not model._base_manager.using(using).filter(pk=node.pk).exists():
            raise UnsavedNode(f"{node!r} is no longer in the database.") from cause


def _follow_batch(
    edge_class: type[AbstractFollow],
    follower: models.Model,
    nodes: dict[Any, models.Model],
    using: str | None,
) -> list[AbstractFollow]:
    start, end = (field.attname for field in edge_class.end_fields())
    database = using or router.db_for_write(edge_class)
    edges = edge_class._default_manager.using(database)
    # Each race lost to another writer makes one more of the edges known, so this many suffice.
    for last_attempt in (*[False] * len(nodes), True):
        known = set(edges.of(follower.pk).to_any(nodes).values_list(end, flat=True))
        missing = [
            edge_class(**{start: follower.pk, end: key}) for key in nodes if key not in known
        ]
        try:
            with transaction.atomic(using=database):
                # By key, so that two writers of the same edges cannot wait for each other.
                edges.bulk_create(sorted(missing, key=attrgetter(end)))
                for edge in missing:
                    node = nodes[getattr(edge, end)]
                    _announce(
                        followed, edge_class, database, edge=edge, follower=follower, followee=node
                    )
        except IntegrityError as error:
            _require_saved(follower, *nodes.values(), using=database, cause=error)
            if last_attempt:
                raise
        else:
            break
    return missing


def _announce(
    signal: Signal, edge_class: type[AbstractFollow], database: str, **details: Any
) -> None:
    """Send a signal once the change is committed; a receiver that raises is logged."""

    def send() -> None:
        signal.send_robust(sender=edge_class, using=database, **details)

    transaction.on_commit(send, using=database, robust=True)


afollow = sync_to_async(follow)
aunfollow = sync_to_async(unfollow)
ais_following = sync_to_async(is_following)
afollow_many = sync_to_async(follow_many)
acounts = sync_to_async(counts)
arelationship = sync_to_async(relationship)
arelationships = sync_to_async(relationships)
aattach_relationships = sync_to_async(attach_relationships)
