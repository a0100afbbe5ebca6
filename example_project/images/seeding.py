"""The plan of a living site: who joins, follows, likes and looks at what, and when.

Pure data from a random generator: the same generator gives the same plan.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

DAYS = 30
LIKES_PER_PICTURE = 20
VIEWS_PER_PICTURE = 100
HALF_LIFE = 6  # days in which interest in a picture falls to half
KINDS = ("join", "bookmark", "follow", "like")


class Event(NamedTuple):
    """Something one member does; members and pictures are numbered from 0."""

    at: datetime
    kind: int  # index into KINDS: at the same moment one joins before one acts
    member: int
    other: int  # the picture, or the member followed


class Views(NamedTuple):
    picture: int
    at: datetime
    number: int


class Plan(NamedTuple):
    events: list[Event]
    views: list[Views]


def plan_site(
    rng: random.Random, today: datetime, *, members: int, pictures: int, follows: int
) -> Plan:
    """Plan `DAYS` days that end when `today` begins."""
    start = today - timedelta(days=DAYS)
    # A few begin, most come in the first weeks, and the last ones are still new.
    joined = [
        start + timedelta(days=(DAYS - 5) * (number / members) ** 1.4, minutes=rng.randrange(600))
        for number in range(members)
    ]
    diligence = [rng.lognormvariate(0, 0.7) for _ in range(members)]
    diligence[0] = 4  # whoever looks around as the first member finds the account in use
    ranks = rng.sample(range(members), members)
    fame = [1 / (rank + 1) ** 0.9 for rank in ranks]

    owners = rng.choices(range(members), diligence, k=pictures)
    created = [_later(rng, joined[owner], today, 1) for owner in owners]
    appeal = [rng.lognormvariate(0, 0.9) * (0.5 + fame[owner]) for owner in owners]

    pairs = [(one, two) for one in range(members) for two in range(members) if one != two]
    graph = _draw(rng, pairs, (diligence[one] * fame[two] for one, two in pairs), follows)
    known = set(graph)
    chances = [(one, item) for one in range(members) for item in range(pictures)]
    likes = _draw(
        rng,
        chances,
        (
            diligence[one] * appeal[item] * (4 if (one, owners[item]) in known else 1)
            for one, item in chances
        ),
        min(pictures * LIKES_PER_PICTURE, len(chances) // 2),
    )
    events = [Event(at, 0, one, one) for one, at in enumerate(joined)]
    events += [Event(created[item], 1, owner, item) for item, owner in enumerate(owners)]
    for one, two in graph:
        events.append(Event(_later(rng, max(joined[one], joined[two]), today, 2), 2, one, two))
    for one, item in likes:
        events.append(Event(_later(rng, max(joined[one], created[item]), today, 3), 3, one, item))
    seen = Counter(
        (event.other, (event.at - created[event.other]).days)
        for event in events
        if KINDS[event.kind] == "like"
    )
    views = list(_views(rng, today, created, appeal, seen, pictures * VIEWS_PER_PICTURE))
    return Plan(sorted(events), views)


def _later(rng: random.Random, moment: datetime, today: datetime, haste: float) -> datetime:
    """Some moment after `moment`; the greater `haste`, the sooner."""
    share = rng.betavariate(1, haste)
    return (moment + (today - moment) * share).replace(microsecond=0) + timedelta(seconds=1)


def _draw(
    rng: random.Random,
    items: list[tuple[int, int]],
    weights: Iterable[float],
    number: int,
) -> list[tuple[int, int]]:
    """Draw without putting back, each item in proportion to its weight."""
    # Whoever waits the shortest exponential time goes first: exact, and no item is tried twice.
    waits = [(rng.expovariate(weight), item) for item, weight in zip(items, weights, strict=True)]
    return sorted(item for _, item in sorted(waits)[:number])


def _views(
    rng: random.Random,
    today: datetime,
    created: list[datetime],
    appeal: list[float],
    seen: Counter[tuple[int, int]],
    total: int,
) -> Iterator[Views]:
    """Spread about `total` views, day by day: many while a picture is new, fewer as it ages.

    `seen` has the views that must be among them, since nobody likes a picture unseen.
    """
    cells = [
        (item, age, appeal[item] * 2 ** (-age / HALF_LIFE))
        for item, born in enumerate(created)
        for age in range((today - born).days + 1)
    ]
    weight = sum(share for *_, share in cells)
    rest = max(total - seen.total(), 0)
    for item, age, share in cells:
        number = seen[item, age] + int(rest * share / weight + rng.random())
        if number:
            begin = created[item] + timedelta(days=age)
            yield Views(item, _later(rng, begin, min(today, begin + timedelta(days=1)), 1), number)
