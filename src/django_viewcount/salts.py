"""The keys that visitors are hashed with: one per day, from the day's random salt."""

from __future__ import annotations

from datetime import date
from hashlib import blake2b
from threading import Lock
from time import time
from typing import Any, NamedTuple

from django.conf import settings as project_settings
from django.core.signals import setting_changed
from django.db import transaction
from django.utils.encoding import force_bytes

from .backends import get_backend
from .clock import start_of_day

LIFETIME = 48 * 3600
MAX_KEPT = 8

# What is hashed. The same bytes in two domains have two hashes, so that a text that a project
# chooses can never pass for a user or an address.
DOMAINS = ("text", "user", "address", "network")


class DayKey:
    """Turns what is known of a visitor on one day into text that tells nothing but "the same".

    The key is made of the day's random salt and SECRET_KEY: neither the place where views are
    kept nor the settings suffice to try out all addresses.
    """

    def __init__(self, salt: bytes, secret: bytes) -> None:
        mixed = blake2b(salt, key=blake2b(secret).digest(), person=b"django_viewcount").digest()
        self._hashes = {
            domain: blake2b(key=mixed, digest_size=8, person=domain.encode()) for domain in DOMAINS
        }

    def hash(self, domain: str, data: bytes) -> str:
        """Return 16 hexadecimal digits, fit for any database and its rules of letter case."""
        hashed = self._hashes[domain].copy()
        hashed.update(data)
        return hashed.hexdigest()


class Kept(NamedTuple):
    key: DayKey
    until: float


_kept: dict[tuple[str, date], Kept] = {}
_lock = Lock()


def day_key(day: date, alias: str) -> DayKey:
    """Return the key of a day. `alias` is the database that views end up in.

    Costs what the backend's `salt()` does, once per day and process: one round trip to Redis.
    Raises BackendUnavailable.
    """
    kept = _kept.get((alias, day))
    if kept is not None and time() < kept.until:
        return kept.key
    backend = get_backend()
    key = DayKey(backend.salt(day, alias), force_bytes(project_settings.SECRET_KEY))
    # A salt in the database may be rolled back with the transaction that it was made in.
    if backend.supports_flush or not transaction.get_connection(alias).in_atomic_block:
        _keep(key, day, alias)
    return key


def _keep(key: DayKey, day: date, alias: str) -> None:
    """Keep a key until 48 hours after its day began; one of an older day for an hour."""
    now = time()
    left = start_of_day(day).timestamp() + LIFETIME - now
    with _lock:
        for place, kept in list(_kept.items()):
            if kept.until <= now:
                del _kept[place]
        if len(_kept) >= MAX_KEPT:
            del _kept[min(_kept, key=lambda place: _kept[place].until)]
        _kept[alias, day] = Kept(key, now + min(max(left, 3600), LIFETIME))


def forget(*, setting: str | None = None, **kwargs: Any) -> None:
    """Drop the keys of this process. Settings that tests override decide where salts come from."""
    if setting is None or setting.startswith(("VIEWCOUNT_", "SECRET_KEY", "CACHES", "DATABASE")):
        with _lock:
            _kept.clear()


setting_changed.connect(forget, dispatch_uid="django_viewcount.salts")
