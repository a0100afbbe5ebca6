"""Counting a view in one call of one function."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import NamedTuple

from ...clock import hour_of, site_day
from ...conf import settings
from ...targets import ROBOT_COUNTER, Kind
from ..base import View
from .keys import Keys, keys_of, shard_of
from .lifetimes import (
    FROM_OLDER,
    HOURS,
    TOKEN_LIFETIME,
    day_end,
    epoch_of,
    hour_end,
    this_hour,
    trend_end,
    visitors_end,
)
from .lifetimes import weight as weight_of
from .server import Call, new_id

FACTOR = repr(FROM_OLDER).encode()


class Frame(NamedTuple):
    """What the views of one kind and shard have in common, as long as hour and day last."""

    keys: Keys
    names: list[bytes]
    """Ready to be sent, as are the day and the ends: encoding costs each view some microseconds."""
    day: bytes
    weight: float | str
    ends: list[bytes]
    people: bool
    """Are visitors of this day told apart still?"""


def call(view: View) -> Call:
    """The function that counts a view, with its keys and arguments."""
    (model, key, counter), at, alias, views, visitor, token = view
    shards, day, hour = settings.shards, site_day(at), hour_of(at)
    frame = frame_of(
        settings.key_prefix,
        model,
        counter,
        shard_of(key, shards),
        shards,
        alias,
        settings.half_life,
        day,
        hour,
        this_hour(),
    )
    names: list[str | bytes] = [*frame.names, frame.keys.visitors(key, day.toordinal())]
    person = visitor.id if visitor is not None and frame.people else ""
    weight = frame.weight * views if frame.weight else ""
    args = [key, views, frame.day, new_id(), weight, FACTOR, person, *frame.ends]
    cooldown = settings.cooldown if visitor is not None else 0
    limit = settings.network_limit if visitor is not None else None
    if token is None and not cooldown and limit is None:
        return "count", names, args
    gates: list[object] = ["", "", "", ""]
    if token is not None:
        names.append(frame.keys.token(key, token))
        gates[0] = TOKEN_LIFETIME
    if visitor is not None and limit is not None:
        names.append(frame.keys.network(key, hour, visitor.network))
        gates[1:3] = limit, (hour + 2) * 3600
    if visitor is not None and cooldown:
        names.append(frame.keys.seen(key, visitor.id))
        gates[3] = int(cooldown * 1000)
        if visitor.previous is not None:
            names.append(frame.keys.seen(key, visitor.previous))
    return "guard", names, args + gates


@lru_cache(maxsize=1024)
def frame_of(
    prefix: str,
    model: type,
    counter: str,
    shard: int,
    shards: int,
    alias: str,
    half_life: float,
    day: date,
    hour: int,
    now: int,
) -> Frame:
    keys = keys_of(Kind(model, counter), shard, alias)
    ordinal, epoch = day.toordinal(), epoch_of(now, half_life)
    ranked = counter != ROBOT_COUNTER
    names = [
        keys.pend,
        keys.pend_id,
        keys.rank,
        keys.trend(half_life, epoch),
        keys.trend(half_life, epoch - 1),
        keys.hour(hour),
        keys.day(ordinal),
    ]
    ends = [
        trend_end(epoch, half_life),
        hour_end(hour),
        day_end(ordinal) if ranked and now * 3600 < day_end(ordinal) else "",
        visitors_end(ordinal),
        1 if ranked else "",
    ]
    return Frame(
        keys,
        [name.encode() for name in names],
        f"{day.year:04}{day.month:02}{day.day:02}".encode(),
        weight_of(hour, epoch, half_life) if ranked and 0 <= now - hour <= HOURS else "",
        [str(end).encode() for end in ends],
        now * 3600 < visitors_end(ordinal),
    )
