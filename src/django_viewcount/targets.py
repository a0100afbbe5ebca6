from __future__ import annotations

from collections.abc import Iterable
from operator import index
from typing import NamedTuple

from django.db import connections, models, router
from django.utils.connection import ConnectionDoesNotExist

from .conf import settings
from .exceptions import UnknownCounter, UnknownPeriod, UnsavedObject, UnsupportedKey

DEFAULT_COUNTER = "view"
ROBOT_COUNTER = "robot"
MAX_KEY_LENGTH = 64


class Kind(NamedTuple):
    """What is counted and ranked together: one counter of one model, never of a proxy."""

    model: type[models.Model]
    counter: str = DEFAULT_COUNTER


class Target(NamedTuple):
    """What views are counted for: a model, a primary key as text, and the name of a counter."""

    model: type[models.Model]
    key: str
    counter: str = DEFAULT_COUNTER

    @property
    def kind(self) -> Kind:
        return Kind(self.model, self.counter)


def target_of(obj: models.Model, counter: str = DEFAULT_COUNTER) -> Target:
    """Return the target of an object.

    Raises UnsavedObject, UnsupportedKey, UnknownCounter, or TypeError for what is no object.
    """
    if counter != DEFAULT_COUNTER:
        check_counter(counter)
    if not isinstance(obj, models.Model):
        raise TypeError(f"{obj!r} is no object of a model: only those have views.")
    model = obj._meta.concrete_model or type(obj)
    key = model._meta.pk.to_python(obj.pk)  # one spelling per key: a UUID may be given as text
    if key is None or key == "":
        raise UnsavedObject(f"{obj!r} is not saved, so it has no views. Save it first.")
    if isinstance(key, tuple):
        raise UnsupportedKey(f"{model._meta.label} has a composite primary key: views need one.")
    text = str(key)
    if len(text) > MAX_KEY_LENGTH:
        raise UnsupportedKey(
            f"The primary key {text!r} is longer than {MAX_KEY_LENGTH} characters, "
            "the most a counter can carry."
        )
    return Target(model, text, counter)


def check_counter(counter: str) -> None:
    """Raise UnknownCounter unless the project has declared a counter of this name."""
    known = (DEFAULT_COUNTER, ROBOT_COUNTER, *settings.counters)
    if counter not in known:
        raise UnknownCounter(
            f"There is no counter {counter!r}. Choose one of {', '.join(known)}, "
            "or add it to VIEWCOUNT_COUNTERS."
        )


def counters() -> list[str]:
    """The names of all counters there are."""
    return list(dict.fromkeys((DEFAULT_COUNTER, ROBOT_COUNTER, *settings.counters)))


def kind_of(model: type[models.Model], counter: str = DEFAULT_COUNTER) -> Kind:
    """The kind of a model's objects. Raises UnknownCounter."""
    check_counter(counter)
    return Kind(model._meta.concrete_model or model, counter)


def keys_by_kind(targets: Iterable[Target]) -> dict[Kind, list[str]]:
    """Group targets, each key once, in the order given."""
    grouped: dict[Kind, dict[str, None]] = {}
    for target in targets:
        grouped.setdefault(target.kind, {})[target.key] = None
    return {kind: list(keys) for kind, keys in grouped.items()}


def attribute_of(counter: str) -> str:
    """Where the number of a counter is set on an object: `view_count`, `download_count` …"""
    return f"{counter}_count"


def checked_number(name: str, value: int, most: int) -> int:
    """Return a whole number from 1 to `most`. Raises TypeError or UnknownPeriod."""
    try:
        number = index(value)
    except TypeError:
        raise TypeError(f"{name} is {value!r}: give a whole number.") from None
    if not 1 <= number <= most:
        raise UnknownPeriod(f"{name} is {value!r}: give 1 to {most:,}.")
    return number


def write_alias(using: str | None = None) -> str:
    """The database that views end up in. Raises ConnectionDoesNotExist."""
    from .models import ViewCount

    if using is None:
        return router.db_for_write(ViewCount)
    if using not in connections.settings:
        raise ConnectionDoesNotExist(f"There is no database {using!r} in DATABASES.")
    return using
