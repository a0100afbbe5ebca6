"""Which table a pair of nodes belongs to, and what it says there."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import models, router

from .edges import AbstractFollow, AbstractPair, edge_model
from .exceptions import SelfFollow, UnsavedNode
from .relationships import require_users

_Pair = TypeVar("_Pair", bound=AbstractPair)


def edge_and_pair(
    follower: models.Model, followee: models.Model
) -> tuple[type[AbstractFollow], dict[str, Any]]:
    """The edge model for these two, and the values of its two ends."""
    _require_pair(follower, followee)
    edge_class = edge_model(follower._meta.concrete_model, followee._meta.concrete_model)
    return edge_class, values_of(edge_class, follower, followee)


def user_pair(
    model: type[AbstractPair], one: models.Model, other: models.Model, using: str | None
) -> tuple[str, dict[str, Any]]:
    """The database to write to, and the values of the two ends of a pair of users."""
    _require_pair(one, other)
    require_users(one, other)
    return using or router.db_for_write(model), values_of(model, one, other)


def values_of(model: type[AbstractPair], one: models.Model, other: models.Model) -> dict[str, Any]:
    start, end = model.end_fields()
    return {start.attname: one.pk, end.attname: other.pk}


def with_nodes(pair: _Pair, one: models.Model, other: models.Model) -> _Pair:
    """Let a pair hold its nodes, whatever database they came from, so that nobody fetches them."""
    start, end = pair.end_fields()
    start.set_cached_value(pair, one)
    end.set_cached_value(pair, other)
    return pair


def _require_pair(one: models.Model, other: models.Model) -> None:
    for node in (one, other):
        if getattr(node, "pk", None) is None:
            raise UnsavedNode(f"{node!r} is not saved, so it cannot follow or be followed.")
    if one == other:
        raise SelfFollow(f"{one} cannot follow, block or mute themselves.")
