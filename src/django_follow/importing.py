"""What a file of accounts does to the lists of one user."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from django.contrib.auth import get_user_model
from django.db import models

from django_follow.api import block, follow, follow_many, mute, unblock, unfollow_many, unmute
from django_follow.exceptions import FollowError, LimitReached
from django_follow.exchange import Line, pairs_of, resolve
from django_follow.models import FollowRequest
from django_follow.permission import barred

BATCH = 500  # lines that share their queries


class Imported(NamedTuple):
    """What became of a batch of lines."""

    lines: int
    new: int
    known: int
    bad: list[Line]
    asked: int = 0  # requests to follow somebody who approves their followers
    stopped: str = ""  # why no further line is imported


def import_list(
    user: models.Model,
    kind: str,
    lines: Iterable[Line],
    *,
    using: str,
    domain: str = "",
    dry_run: bool = False,
) -> Iterator[Imported]:
    """Let `user` follow, block or mute the accounts of `lines`; yield what became of each batch.

    Who is followed, blocked or muted already stays so, a mute with the time it has. With
    `dry_run` nothing is written. Costs per 500 lines three SELECTs at most and the writes of
    `follow_many`; blocks and mutes cost as `block` and `mute` for each new one.
    """
    for batch in batches(lines):
        found, bad = resolve(user, batch, using=using, domain=domain)
        pairs, end = pairs_of(user, kind, using)
        known = pairs.filter(**{f"{end}__in": list(found)}).values_list(end, flat=True)
        new = {key: found[key] for key in found.keys() - set(known)}
        if kind == "following":
            for key in barred(user, list(new), using) & new.keys():
                bad.append(new.pop(key)[0]._replace(problem="a block stands in between"))
        done = Imported(len(batch), len(new), len(batch) - len(new) - len(bad), bad)
        yield done if dry_run else WRITERS[kind](user, sorted(new.values()), done, using)


def remove_others(
    user: models.Model,
    kind: str,
    lines: Iterable[Line],
    *,
    using: str,
    domain: str = "",
    dry_run: bool = False,
) -> int:
    """End what `user` has with accounts that no line names; return how many those are.

    A file that names nobody removes nobody. Holds the keys of the list in memory. Costs a query,
    one per 500 lines, and the writes of `unfollow_many`, `unblock` or `unmute`.
    """
    pairs, end = pairs_of(user, kind, using)
    others, named = set(pairs.values_list(end, flat=True)), False
    for batch in batches(lines):
        found, _ = resolve(user, batch, using=using, domain=domain)
        others -= found.keys()
        named = named or bool(found)
    if not named:
        return 0
    accounts: models.QuerySet[Any] = models.QuerySet(get_user_model(), using=using)
    for keys in batches(() if dry_run else sorted(others)):
        REMOVERS[kind](user, list(accounts.filter(pk__in=keys)), using)
    return len(others)


def batches(items: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _follow_all(
    user: models.Model, pairs: list[tuple[Line, Any]], done: Imported, using: str
) -> Imported:
    try:
        new = len(follow_many(user, [account for _, account in pairs], using=using))
        return done._replace(new=new, asked=len(pairs) - new)
    except FollowError:
        return _one_by_one(_follow, user, pairs, done, using)


def _follow(user: models.Model, account: Any, using: str) -> bool:
    edge, _ = follow(user, account, using=using)
    return not isinstance(edge, FollowRequest)


def _block(user: models.Model, account: Any, using: str) -> bool:
    return bool(block(user, account, using=using))


def _mute(user: models.Model, account: Any, using: str) -> bool:
    return bool(mute(user, account, using=using))


def _one_by_one(
    write: Callable[[models.Model, Any, str], bool],
    user: models.Model,
    pairs: list[tuple[Line, Any]],
    done: Imported,
    using: str,
) -> Imported:
    new, bad = 0, list(done.bad)
    for number, (line, account) in enumerate(pairs):
        try:
            new += write(user, account, using)
        except LimitReached as error:
            stopped = f"line {line.number}: {error}"
            asked = number - new - (len(bad) - len(done.bad))
            return done._replace(new=new, asked=asked, bad=bad, stopped=stopped)
        except FollowError as error:
            bad.append(line._replace(problem=str(error)))
    asked = len(pairs) - new - (len(bad) - len(done.bad))
    return done._replace(new=new, asked=asked, bad=bad)


WRITERS: dict[str, Callable[..., Imported]] = {
    "following": _follow_all,
    "blocks": lambda *arguments: _one_by_one(_block, *arguments),
    "mutes": lambda *arguments: _one_by_one(_mute, *arguments),
}
REMOVERS: dict[str, Callable[[models.Model, list[Any], str], object]] = {
    "following": lambda user, accounts, using: unfollow_many(user, accounts, using=using),
    "blocks": lambda user, accounts, using: [unblock(user, a, using=using) for a in accounts],
    "mutes": lambda user, accounts, using: [unmute(user, a, using=using) for a in accounts],
}
