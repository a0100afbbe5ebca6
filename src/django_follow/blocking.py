from __future__ import annotations

import datetime as dt

from django.db import models
from django.dispatch import Signal
from django.utils import timezone

from . import changes, counting, signals
from .edges import AbstractPair
from .models import Block, Follow, FollowRequest, HiddenSuggestion, Mute
from .pairs import user_pair, with_nodes
from .transactions import insert_or_find, retried


def block(
    blocker: models.Model, blocked: models.Model, *, using: str | None = None
) -> tuple[Block, bool]:
    """Forbid two users to follow each other, and end what they have: edges and requests.

    Returns the block and whether it is new. Raises SelfFollow, UnsavedNode or NoSuchEdge. Costs
    two or three statements that lock, the INSERT, and two to four that sever. Sends `blocked`, and
    `unfollowed` for each edge severed, on commit.
    """
    database, pair = user_pair(Block, blocker, blocked, using)
    blocks = Block.objects.using(database)
    both = Follow.objects.using(database).between(blocker.pk, [blocked.pk])
    plain: models.QuerySet[Follow] = models.QuerySet(Follow, using=database)
    ways = {(blocker.pk, blocked.pk), (blocked.pk, blocker.pk)}

    def insert() -> Block:
        # A follow that is under way has inserted its edge. It either commits, and is severed by the
        # next attempt, or waits for the edge that takes its place here, and then finds the block.
        # Edges are locked before counts, as everywhere; a request waits for the counts.
        stored = both.locked()
        free = ways - {edge.ends for edge in stored}
        places = [Follow(follower_id=start, followee_id=end) for start, end in sorted(free)]
        plain.bulk_create(places)  # never counted nor announced
        counting.adjust(Follow, ways, 0, database)
        new = with_nodes(Block(**pair), blocker, blocked)
        new.save(using=database, force_insert=True)
        changes.remove(Follow, stored, database)
        if places:
            both._raw_delete(database)
        FollowRequest.objects.using(database).between(blocker.pk, [blocked.pk]).delete()
        changes.announce(
            signals.blocked, Block, database, block=new, blocker=blocker, blocked=blocked
        )
        return new

    return insert_or_find(
        insert, lambda: blocks.filter(**pair).first(), (blocker, blocked), database
    )


def unblock(blocker: models.Model, blocked: models.Model, *, using: str | None = None) -> bool:
    """Lift a block. Returns whether there was one; what it severed stays severed.

    Raises as `block`. Costs one DELETE. Sends `unblocked` on commit.
    """
    return _delete(Block, signals.unblocked, blocker, blocked, using)


def mute(
    muter: models.Model,
    muted: models.Model,
    *,
    until: dt.datetime | dt.timedelta | None = None,
    using: str | None = None,
) -> tuple[Mute, bool]:
    """Stop hearing of `muted`, for good or until a time; muting again sets the time anew.

    `until` is when it ends, or how long it lasts; it then expires by itself. Returns the mute and
    whether it is new. Raises SelfFollow, UnsavedNode or NoSuchEdge. Costs one INSERT; with a mute
    that is there already a SELECT more, and an UPDATE. Sends `muted` on commit when new.
    """
    database, pair = user_pair(Mute, muter, muted, using)
    ends = timezone.now() + until if isinstance(until, dt.timedelta) else until
    mutes = Mute.objects.using(database)

    def insert() -> Mute:
        new = with_nodes(Mute(**pair, until=ends), muter, muted)
        new.save(using=database, force_insert=True)
        changes.announce(signals.muted, Mute, database, mute=new, muter=muter, muted=muted)
        return new

    def find() -> Mute | None:
        known: Mute | None = mutes.filter(**pair).first()
        if known is not None and known.until != ends:
            known.until = ends
            known.save(using=database, update_fields=["until"])
        return known

    return insert_or_find(insert, find, (muter, muted), database)


def unmute(muter: models.Model, muted: models.Model, *, using: str | None = None) -> bool:
    """End a mute. Returns whether there was one, expired or not.

    Raises as `mute`. Costs one DELETE. Sends `unmuted` on commit.
    """
    return _delete(Mute, signals.unmuted, muter, muted, using)


def hide_suggestion(user: models.Model, hidden: models.Model, *, using: str | None = None) -> bool:
    """Never suggest `hidden` to `user` again. Returns whether that is new.

    Raises SelfFollow, UnsavedNode or NoSuchEdge. Costs one INSERT.
    """
    database, pair = user_pair(HiddenSuggestion, user, hidden, using)
    rows = HiddenSuggestion.objects.using(database)

    def insert() -> HiddenSuggestion:
        return rows.create(**pair)

    return insert_or_find(insert, lambda: rows.filter(**pair).first(), (user, hidden), database)[1]


def _delete(
    model: type[AbstractPair],
    signal: Signal,
    one: models.Model,
    other: models.Model,
    using: str | None,
) -> bool:
    """Delete a row between two users and announce it; return whether there was one."""
    database, pair = user_pair(model, one, other, using)
    start, end = model.end_names()

    def delete() -> bool:
        deleted, _ = model.objects.using(database).filter(**pair).delete()
        if deleted:
            changes.announce(signal, model, database, **{start: one, end: other})
        return bool(deleted)

    return retried(database, delete)
