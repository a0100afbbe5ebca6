from __future__ import annotations

from copy import copy
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import models, router
from django.dispatch import Signal
from django.utils.translation import gettext as _

from . import changes, counting, signals
from .edges import AbstractFollow
from .exceptions import NoSuchRequest
from .models import Follow, FollowRequest
from .pairs import user_pair, with_nodes
from .permission import require_permission, require_room
from .transactions import insert_or_find, retried


def ask(
    follower: models.Model, followee: models.Model, using: str | None
) -> tuple[AbstractFollow | FollowRequest, bool]:
    """Ask to follow; return the request, or the edge of somebody accepted meanwhile."""
    database, pair = user_pair(FollowRequest, follower, followee, using)
    requests, edges = FollowRequest.objects.using(database), Follow.objects.using(database)

    def insert() -> FollowRequest | Follow:
        counting.adjust(Follow, [(follower.pk, followee.pk)], 0, database)  # as block() does
        require_room(follower, database, more=1)
        request = with_nodes(FollowRequest(**pair), follower, followee)
        request.save(using=database, force_insert=True)
        require_permission(follower, followee, database, asking=True)
        edge: Follow | None = edges.filter(**pair).first()
        if edge is not None:
            request.delete(using=database)
            return edge
        _announce(signals.follow_requested, request, database)
        return request

    found, new = insert_or_find(
        insert, lambda: requests.filter(**pair).first(), (follower, followee), database
    )
    return found, new and isinstance(found, FollowRequest)


def accept(request: FollowRequest, *, using: str | None = None) -> AbstractFollow:
    """Accept a request: it becomes an edge, which is returned. Accepting again is harmless.

    Raises NoSuchRequest when it was withdrawn or rejected meanwhile, and Blocking, Blocked or
    LimitReached. Costs an INSERT with its counts, a SELECT for blocks and a DELETE. Sends
    `follow_request_accepted` and `followed` on commit.
    """
    database = using or router.db_for_write(FollowRequest, instance=request)
    pair = {name: getattr(request, name) for name in ("follower_id", "followee_id")}
    edges = Follow.objects.using(database)
    try:
        nodes = follower, followee = request.follower, request.followee
    except ObjectDoesNotExist as error:  # who has taken the request along
        text = _("One of the two people of the request %(request)s is deleted.")
        raise NoSuchRequest(text % {"request": request}) from error

    def insert() -> Follow:
        # The edge before the request, in the order of block(): so neither waits for the other.
        edge = with_nodes(Follow(**pair), *nodes)
        edge.save(using=database, force_insert=True)
        require_permission(*nodes, database, asking=True)
        require_room(follower, database)
        if not _delete(request, database):
            text = _("%(follower)s no longer asks to follow %(followee)s.")
            raise NoSuchRequest(text % {"follower": follower, "followee": followee})
        _announce(signals.follow_request_accepted, request, database, edge=edge)
        return edge

    def find() -> Follow | None:
        edge: Follow | None = edges.filter(**pair).first()
        if edge is not None:
            _delete(request, database)
        return edge

    return insert_or_find(insert, find, nodes, database)[0]


def reject(request: FollowRequest, *, using: str | None = None) -> bool:
    """Reject a request; its follower may ask again. Returns whether it was still there.

    Costs one DELETE. Sends `follow_request_rejected` on commit.
    """
    return _end(signals.follow_request_rejected, request, using)


def withdraw(request: FollowRequest, *, using: str | None = None) -> bool:
    """Take one's own request back. Returns whether it was still there.

    Costs one DELETE. Sends `follow_request_withdrawn` on commit.
    """
    return _end(signals.follow_request_withdrawn, request, using)


def _end(signal: Signal, request: FollowRequest, using: str | None) -> bool:
    database = using or router.db_for_write(FollowRequest, instance=request)

    def end() -> bool:
        deleted = _delete(request, database)
        if deleted:
            _announce(signal, request, database)
        return deleted

    return retried(database, end)


def _delete(request: FollowRequest, database: str) -> bool:
    """Delete the request of this pair, whatever its key; return whether there was one."""
    start, end = request.ends
    return bool(FollowRequest.objects.using(database).of(start).to(end).delete()[0])


def _announce(signal: Signal, request: FollowRequest, database: str, **more: Any) -> None:
    changes.announce(
        signal,
        FollowRequest,
        database,
        request=copy(request),
        follower=request.follower,
        followee=request.followee,
        **more,
    )
