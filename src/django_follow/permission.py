"""Who may follow whom: blocks, approval and the limit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connections, models
from django.utils.translation import gettext as _

from .conf import settings
from .exceptions import Blocked, Blocking, LimitReached
from .models import Block, FollowRequest
from .relationships import counts, exists, key_in


def requires_approval(follower: models.Model, followee: models.Model) -> bool:
    """Does the followee have to accept this follower?"""
    rule = settings.requires_approval
    return rule is not None and bool(rule(follower, followee))


def require_permission(
    follower: models.Model, followee: models.Model, database: str, *, asking: bool = False
) -> None:
    """After an INSERT, in its transaction: raise when it must not stand.

    Before it, a block could still come in between; now a block waits, or is seen. A request that
    an edge has overtaken is removed. Costs one SELECT.
    """
    connection = connections[database]
    keys = [key_in(database, follower), key_in(database, followee)]
    looks = [(Block, keys), (Block, keys[::-1]), (FollowRequest, keys)]
    columns = ", ".join(exists(model, database) for model, pair in looks)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns}", [key for model, pair in looks for key in pair])
        blocking, blocked, requested = cursor.fetchone()
    if blocking:
        text = _("%(follower)s blocks %(followee)s. Unblock them first.")
        raise Blocking(text % {"follower": follower, "followee": followee})
    if blocked:
        text = _("%(followee)s does not want to be followed by %(follower)s.")
        raise Blocked(text % {"follower": follower, "followee": followee})
    if requested and not asking:
        FollowRequest.objects.using(database).of(follower.pk).to(followee.pk).delete()


def require_room(follower: models.Model, database: str, *, more: int = 0) -> None:
    """After its edges are counted: raise LimitReached when a user follows too many, with `more`.

    Costs nothing without FOLLOW_MAX_FOLLOWING, else one SELECT.
    """
    limit = settings.max_following
    if limit is not None and counts(follower, using=database).following + more > limit:
        text = _("%(follower)s may follow %(limit)s at most. Unfollow somebody first.")
        raise LimitReached(text % {"follower": follower, "limit": limit})


def barred(follower: models.Model, keys: Iterable[Any], database: str) -> set[Any]:
    """Those of these users with a block between them and `follower`. Costs one SELECT."""
    blocks = Block.objects.using(database).between(follower.pk, keys)
    return {key for pair in blocks.values_list("blocker_id", "blocked_id") for key in pair}
