"""Lists of accounts as CSV files, with the columns that Mastodon writes and reads."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError
from django.db import models

from .models import Block, Follow, FollowRequest, Mute

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

BATCH = 500  # lines that share their queries
LONGEST = 1000  # characters of a line; a longer one is no address, and need not fit into memory
ADDRESS = "Account address"

# Options that other software keeps with an edge, with the values that they have here.
COLUMNS: dict[str, tuple[list[str], list[str]]] = {
    "following": (
        [ADDRESS, "Show boosts", "Notify on new posts", "Languages"],
        ["true", "false", ""],
    ),
    "followers": ([ADDRESS], []),
    "blocks": ([], []),
    "mutes": ([ADDRESS, "Hide notifications"], ["true"]),
    "requests": ([ADDRESS], []),
}


class Line(NamedTuple):
    """A line of a file: the account it names, or what is wrong with it."""

    number: int
    address: str
    problem: str = ""


def write_list(
    user: models.Model, kind: str, file: SupportsWrite[str], *, using: str, domain: str = ""
) -> Iterator[int]:
    """Write a list of `user`, oldest first; yield the number of lines now and then.

    `kind` is one of `COLUMNS`; `domain` is added to each name. Costs one query.
    """
    header, options = COLUMNS[kind]
    rows = csv.writer(file, lineterminator="\n")
    if header:
        rows.writerow(header)
    pairs, end = pairs_of(user, kind, using)
    names = pairs.order_by("pk").values_list(f"{end}__{name_field()}", flat=True)
    found = names.iterator(chunk_size=2000)
    while batch := list(islice(found, BATCH)):
        rows.writerows([f"{name}@{domain}" if domain else name, *options] for name in batch)
        yield len(batch)


def count_list(user: models.Model, kind: str, *, using: str) -> int:
    """How many lines `write_list` will write. Costs one query."""
    return pairs_of(user, kind, using)[0].count()


def read_lines(file: TextIO) -> Iterator[Line]:
    """The accounts of a file, with or without a header; empty lines are left out.

    Each line stands for itself, so that a stray quotation mark spoils no other.
    """
    number, column, first = 0, 0, True
    while text := file.readline(LONGEST + 1):
        number += 1
        if len(text) > LONGEST:
            while not text.endswith("\n") and (text := file.readline(LONGEST)):
                pass
            yield Line(number, "", "the line is too long")
            continue
        try:
            cells = [cell.strip() for cell in next(csv.reader([text.replace("\0", "\ufffd")]), [])]
        except csv.Error as error:
            yield Line(number, "", str(error))
            continue
        if not any(cells):
            continue
        names = [cell.casefold() for cell in cells]
        if first and ADDRESS.casefold() in names:
            column = names.index(ADDRESS.casefold())
        elif column >= len(cells) or not cells[column]:
            yield Line(number, "", "no account is named")
        else:
            yield Line(number, cells[column])
        first = False


def resolve(
    user: models.Model, lines: Iterable[Line], *, using: str, domain: str = ""
) -> tuple[dict[Any, tuple[Line, Any]], list[Line]]:
    """Find the accounts that lines name: ({key: (line, account)}, bad lines).

    Accepted are `name`, `@name`, and `name@domain` for our own `domain`. Costs one query.
    """
    named, bad = [], []
    for line in lines:
        if line.problem:
            bad.append(line)
        else:
            named.append((line, _spellings(line.address, domain)))
    field = name_field()
    wanted = {spelling for _, spellings in named for spelling in spellings}
    accounts: models.QuerySet[Any] = models.QuerySet(get_user_model(), using=using)
    by_name = {
        getattr(account, field): account
        for account in (accounts.filter(**{f"{field}__in": wanted}) if wanted else ())
    }
    found: dict[Any, tuple[Line, Any]] = {}
    for line, spellings in named:
        account = next((by_name[name] for name in spellings if name in by_name), None)
        if account is None:
            bad.append(line._replace(problem=f"there is no account {line.address!r} here"))
        elif account == user:
            bad.append(line._replace(problem="this is the account itself"))
        else:
            found.setdefault(account.pk, (line, account))
    return found, sorted(bad)


def pairs_of(user: models.Model, kind: str, using: str) -> tuple[models.QuerySet[Any], str]:
    """The pairs that a list of `user` is made of, and the name of their other end."""
    mutes: Any = Mute.objects.using(using)
    pairs: dict[str, tuple[models.QuerySet[Any], str]] = {
        "following": (Follow.objects.using(using).of(user), "followee"),
        "followers": (Follow.objects.using(using).to(user), "follower"),
        "blocks": (Block.objects.using(using).of(user), "blocked"),
        "mutes": (mutes.active().of(user), "muted"),
        "requests": (FollowRequest.objects.using(using).to(user), "follower"),
    }
    return pairs[kind]


def name_field() -> str:
    """The field by which files name accounts."""
    field: str = get_user_model().USERNAME_FIELD
    return field


def _spellings(address: str, domain: str) -> list[str]:
    """What the name of the account may be, the likeliest first. A name may itself contain "@"."""
    ours = f"@{domain}"
    local = domain and address.casefold().endswith(ours.casefold())
    name = address[: -len(ours)] if local else address
    spellings = [name, name.removeprefix("@"), address]
    return [spelling for spelling in dict.fromkeys(spellings) if spelling]


def account_named(username: str, using: str) -> Any:
    """The account of this name. Raises CommandError when there is none. Costs one query."""
    accounts: models.QuerySet[Any] = models.QuerySet(get_user_model(), using=using)
    try:
        return accounts.get(**{name_field(): username})
    except get_user_model().DoesNotExist:
        raise CommandError(f"There is no account {username!r} here.") from None
