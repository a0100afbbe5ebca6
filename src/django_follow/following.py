from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from copy import copy
from functools import partial
from operator import attrgetter
from typing import Any

from django.db import IntegrityError, models, router

from . import changes, counting
from .edges import AbstractFollow
from .exceptions import Blocked, Blocking
from .models import Follow, FollowRequest
from .pairs import edge_and_pair, values_of, with_nodes
from .permission import barred, require_permission, require_room, requires_approval
from .requesting import ask
from .transactions import insert_or_find, require_stored, retried


def follow(
    follower: models.Model, followee: models.Model, *, using: str | None = None, **options: Any
) -> tuple[AbstractFollow | FollowRequest, bool]:
    """Make `follower` follow `followee`; following again is harmless.

    `options` are values for further fields of the edge, such as `created`; following again
    updates those given. Returns the edge and whether it is new; where FOLLOW_REQUIRES_APPROVAL
    says that the followee has to accept, a FollowRequest instead. Raises SelfFollow, NoSuchEdge,
    UnsavedNode, Blocking, Blocked or LimitReached. A new follow of a user costs an INSERT, the
    statement for the counts and a SELECT for blocks, and one more with FOLLOW_MAX_FOLLOWING; of
    another model the INSERT and its counts. Following again costs the INSERT and a SELECT. Sends
    `followed` or `follow_requested` on commit.
    """
    edge_class, pair = edge_and_pair(follower, followee)
    database = using or router.db_for_write(edge_class)
    edges = edge_class._default_manager.using(database)

    def find() -> AbstractFollow | None:
        known: AbstractFollow | None = edges.filter(**pair).first()
        return known and _update(known, options, database)

    if edge_class is Follow and requires_approval(follower, followee):
        known = find()
        return (known, False) if known else ask(follower, followee, database)

    def insert() -> AbstractFollow:
        edge = with_nodes(edge_class(**pair, **options), follower, followee)
        if edge_class is Follow:
            changes.ask_first(edge, partial(require_permission, follower, followee, database))
        edge.save(using=database, force_insert=True)  # whose receiver counts and announces it
        if edge_class is Follow:
            require_room(follower, database)
        return edge

    return insert_or_find(insert, find, (follower, followee), database)


def unfollow(follower: models.Model, followee: models.Model, *, using: str | None = None) -> bool:
    """Remove the edge. Returns whether there was one. Costs one DELETE and one for the counts.

    Raises NoSuchEdge or UnsavedNode. Sends `unfollowed` on commit when there was an edge.
    """
    if follower == followee:
        return False
    edge_class, pair = edge_and_pair(follower, followee)
    database = using or router.db_for_write(edge_class)
    edge = with_nodes(edge_class(**pair), follower, followee)
    return retried(database, lambda: changes.remove_pair(edge_class, edge, database))


def remove_follower(
    user: models.Model, follower: models.Model, *, using: str | None = None
) -> bool:
    """Make `follower` no longer follow `user`, without a block. As `unfollow(follower, user)`."""
    return unfollow(follower, user, using=using)


def is_following(
    follower: models.Model, followee: models.Model, *, using: str | None = None
) -> bool:
    """Does `follower` follow `followee`? Costs one EXISTS; an anonymous follower costs nothing.

    Raises NoSuchEdge, or UnsavedNode for a followee that is not saved.
    """
    if follower.pk is None or follower == followee:
        return False
    edge_class, pair = edge_and_pair(follower, followee)
    return edge_class._default_manager.using(using).filter(**pair).exists()


def follow_many(
    follower: models.Model, followees: Iterable[models.Model], *, using: str | None = None
) -> list[AbstractFollow]:
    """Make `follower` follow each of `followees`, or ask those who approve their followers.

    Those followed already, those with a block in between, and oneself are skipped. Returns the new
    edges, and sends `followed` for each on commit. Raises NoSuchEdge, UnsavedNode or LimitReached;
    of one type of followee then none is followed. Costs per type of followee two SELECTs, one
    INSERT per batch of the database and one statement per 300 counts, and for users one SELECT
    more; after losing a race, once more. Asking costs as `follow` for each.
    """
    new: list[AbstractFollow] = []
    for edge_class, nodes in _by_edge(follower, followees).items():
        database = using or router.db_for_write(edge_class)
        if edge_class is Follow:
            for key in [key for key, node in nodes.items() if requires_approval(follower, node)]:
                with suppress(Blocking, Blocked):
                    follow(follower, nodes.pop(key), using=database)
        new += _follow_batch(edge_class, follower, nodes, database)
    return new


def unfollow_many(
    follower: models.Model, followees: Iterable[models.Model], *, using: str | None = None
) -> int:
    """Remove the edges to each of `followees`; return how many there were.

    Raises NoSuchEdge or UnsavedNode before anything is written. Costs one SELECT, one DELETE per
    300 edges and one statement per 300 counts, per type of followee.
    """
    number = 0
    for edge_class, nodes in _by_edge(follower, followees).items():
        database = using or router.db_for_write(edge_class)
        edges = edge_class._default_manager.using(database).of(follower.pk).to_any(nodes)
        deleted = retried(database, edges.delete)[1]  # with what depends on the edges
        number += deleted.get(edge_class._meta.label, 0)
    return number


def transfer_followers(old: models.Model, new: models.Model, *, using: str | None = None) -> int:
    """Move the followers of one account to another of the same person; return how many moved.

    Who follows `new` already keeps that edge and loses the old one. Who has a block with `new`, and
    `new` itself, stays with `old`. Approval is not asked for: these followers were accepted once.
    An edge keeps its time and its further fields. Sends `unfollowed` and `followed` for each on
    commit. Raises as `follow`. Costs three SELECTs,
    and the writes of 300 edges at a time.
    """
    edge_class, _ = edge_and_pair(old, new)
    database = using or router.db_for_write(edge_class)
    start, end = (field.attname for field in edge_class.end_fields())

    def move() -> int:
        edges = edge_class._default_manager.using(database)
        leaving = edges.to(old.pk).locked()
        stay = {new.pk}
        if edge_class is Follow:
            keys = [edge.ends[0] for edge in leaving]
            counting.adjust(Follow, [(key, new.pk) for key in keys], 0, database)  # as block() does
            stay |= barred(new, keys, database)
        leaving = [edge for edge in leaving if edge.ends[0] not in stay]
        known = set(edges.to(new.pk).values_list(start, flat=True))
        arriving = [copy(edge) for edge in leaving if edge.ends[0] not in known]
        for edge in arriving:
            edge.pk, edge._state.adding = None, True
            setattr(edge, end, new.pk)
        changes.remove(edge_class, leaving, database)
        edges.bulk_create(arriving)
        if edge_class is Follow:
            _overtake([edge.ends[0] for edge in arriving], [new.pk], database)
        return len(leaving)

    return retried(database, move)


def _by_edge(
    follower: models.Model, followees: Iterable[models.Model]
) -> dict[type[AbstractFollow], dict[Any, models.Model]]:
    """The followees without the follower, by edge model and key."""
    found: dict[type[AbstractFollow], dict[Any, models.Model]] = {}
    for followee in followees:
        if follower != followee:
            edge_class, _ = edge_and_pair(follower, followee)
            found.setdefault(edge_class, {})[followee.pk] = followee
    return found


def _follow_batch(
    edge_class: type[AbstractFollow],
    follower: models.Model,
    nodes: dict[Any, models.Model],
    database: str,
) -> list[AbstractFollow]:
    edges = edge_class._default_manager.using(database)
    end = edge_class.end_fields()[1].attname

    def insert() -> list[AbstractFollow]:
        known = set(edges.of(follower.pk).to_any(nodes).values_list(end, flat=True))
        if edge_class is Follow:
            known |= barred(follower, nodes, database)
        missing = [
            with_nodes(edge_class(**values_of(edge_class, follower, node)), follower, node)
            for key, node in nodes.items()
            if key not in known
        ]
        # By key, so that two writers of the same edges cannot wait for each other.
        edges.bulk_create(sorted(missing, key=attrgetter(end)))
        if edge_class is Follow and missing:
            require_room(follower, database)
            if barred(follower, [edge.ends[1] for edge in missing], database):
                raise IntegrityError("A block has come in between.")  # seen by the next attempt
            _overtake([follower.pk], [edge.ends[1] for edge in missing], database)
        return missing

    # Each race lost to another writer makes one more pair known, so this many attempts suffice.
    for last_attempt in (*[False] * len(nodes), True):
        try:
            return retried(database, insert)
        except IntegrityError as error:
            require_stored((follower, *nodes.values()), database, cause=error)
            if last_attempt:
                raise
    raise AssertionError("unreachable")


def _overtake(starts: list[Any], ends: list[Any], database: str) -> None:
    """Remove the requests of those who have an edge now."""
    FollowRequest.objects.using(database).of_any(starts).to_any(ends).delete()


def _update(edge: AbstractFollow, options: dict[str, Any], database: str) -> AbstractFollow:
    if options:
        for name, value in options.items():
            setattr(edge, name, value)
        edge.save(using=database, update_fields=options)
    return edge
