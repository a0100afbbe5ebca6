from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.db import models, router

from .exceptions import UnsavedObject, UnsupportedKey

DEFAULT_COUNTER = "view"
MAX_KEY_LENGTH = 64


class Target(NamedTuple):
    """What views are counted for: a model, never a proxy, and a primary key as text."""

    model: type[models.Model]
    key: str


def target_of(obj: models.Model) -> Target:
    """Return the target of an object. Raises UnsavedObject or UnsupportedKey."""
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
    return Target(model, text)


def keys_by_model(targets: Iterable[Target]) -> dict[type[models.Model], list[str]]:
    """Group targets, each key once, in the order given."""
    grouped: dict[type[models.Model], dict[str, None]] = {}
    for target in targets:
        grouped.setdefault(target.model, {})[target.key] = None
    return {model: list(keys) for model, keys in grouped.items()}


def write_alias(using: str | None = None) -> str:
    """The database that views end up in."""
    from .models import ViewCount

    return using or router.db_for_write(ViewCount)
