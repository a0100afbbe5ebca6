"""Names of what Redis keeps; the braces put one shard of a model on one node of a cluster."""

from __future__ import annotations

from binascii import crc32
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from django.db import models

from ...conf import settings
from ...targets import Kind


class Keys(NamedTuple):
    """What Redis keeps for one shard of a kind, as far as it does not depend on time."""

    start: str
    pend: str
    """Sorted set: views that wait for a flush, in total and by day."""
    pend_id: str
    """The id of the batch that they will be."""
    batch: str
    """Sorted set: what the last flush claimed and has not released."""
    batch_id: str
    rank: str
    """Sorted set: lifetime views, the ranking of all time."""
    claims: str
    """Number of batches claimed so far."""
    seeding: str
    """Exists for a while after a page has tried to rebuild the ranking."""

    def hour(self, hour: int) -> str:
        """Sorted set: views of one hour."""
        return f"{self.start}hour:{hour}"

    def day(self, day: int) -> str:
        """Sorted set: views of one day, by its proleptic ordinal."""
        return f"{self.start}day:{day}"

    def trend(self, half_life: float, epoch: int) -> str:
        """Sorted set: views weighed by their hour."""
        return f"{self.start}trend:{half_life:g}:{epoch}"

    def visitors(self, key: str, day: int) -> str:
        """HyperLogLog: the visitors of one object on one day."""
        return f"{self.start}visitors:{day}:{key}"

    def seen(self, key: str, visitor: str) -> str:
        """Exists while a visitor's views of an object do not count."""
        return f"{self.start}seen:{one_way(visitor, key)}"

    def network(self, key: str, hour: int, network: str) -> str:
        """Views of one object that a network has added in one hour."""
        return f"{self.start}network:{hour}:{one_way(network, key)}"

    def token(self, key: str, token: str) -> str:
        """Exists for a day after a view of an object was counted under this token."""
        return f"{self.start}token:{token}:{key}"

    def union(self, unit: str, start: int, end: int) -> str:
        """Sorted set: the ranking of a window, for a while."""
        return f"{self.start}union:{unit}:{start}:{end}"


def one_way(who: str, key: str) -> str:
    """A name for a visitor of one object, which does not tell that another has the same visitor."""
    return blake2b(f"{who}:{key}".encode(), digest_size=12).hexdigest()


def keys_of(kind: Kind, shard: int, alias: str) -> Keys:
    """The keys of one shard of a kind, whose views end up in the database `alias`."""
    return _keys(settings.key_prefix, kind.model, kind.counter, shard, settings.shards, alias)


@lru_cache(maxsize=1024)
def _keys(
    prefix: str, model: type[models.Model], counter: str, shard: int, shards: int, alias: str
) -> Keys:
    # The label and not the content type, whose id differs between databases. Another number of
    # shards has keys of its own: what was counted under the old number is not found in the wrong
    # place.
    part = f"{shard}/{shards}" if shards > 1 else str(shard)
    start = f"{prefix}:{{{model._meta.label_lower}:{part}}}:{alias}:{counter}:"
    return Keys(start, *(start + name for name in Keys._fields[1:]))


def shard_of(key: str, shards: int) -> int:
    """The shard that an object's views are kept in."""
    return crc32(key.encode()) % shards if shards > 1 else 0


def salt_key(day: date, alias: str) -> str:
    """The random salt of a day, for all models."""
    return f"{settings.key_prefix}:salt:{alias}:{day.isoformat()}"


def flushed_key(alias: str) -> str:
    """When the last flush began, in seconds since 1970, for all models."""
    return f"{settings.key_prefix}:flushed:{alias}"


def total_member(key: str) -> str:
    return f"{key}|"


def day_member(key: str, day: date) -> str:
    return f"{key}|{day.year:04}{day.month:02}{day.day:02}"


def parse_member(member: bytes) -> tuple[str, date | None]:
    """Return the key of a total, or the key and the day of a day."""
    key, _, day = member.decode().rpartition("|")
    return key, date(int(day[:4]), int(day[4:6]), int(day[6:])) if day else None
