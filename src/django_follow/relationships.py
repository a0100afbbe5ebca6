from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from .exceptions import NoSuchEdge
from .managers import FollowQuerySet
from .models import Follow

_Node = TypeVar("_Node", bound=models.Model)


class Counts(NamedTuple):
    """How many follow a user, and how many that user follows."""

    followers: int
    following: int


class Relationship(NamedTuple):
    """What a viewer and one other user are to each other, seen from the viewer."""

    following: bool = False
    followed_by: bool = False

    @property
    def mutual(self) -> bool:
        return self.following and self.followed_by


def counts(user: models.Model, *, using: str | None = None) -> Counts:
    """Return `Counts(followers, following)` of a user in one query.

    Raises NoSuchEdge for anything but a user.
    """
    _require_users(user)
    edges = Follow.objects.using(using)
    row = (
        get_user_model()
        ._base_manager.using(edges.db)
        .filter(pk=user.pk)
        .values_list(_count_of(edges, "followee"), _count_of(edges, "follower"))
        .first()
    )
    return Counts(*(row or (0, 0)))


def relationship(
    viewer: models.Model | AnonymousUser, other: models.Model, *, using: str | None = None
) -> Relationship:
    """Return what `viewer` and `other` are to each other. Costs one query.

    Raises NoSuchEdge unless both are users.
    """
    return relationships(viewer, [other], using=using)[other.pk]


def relationships(
    viewer: models.Model | AnonymousUser,
    others: Iterable[models.Model],
    *,
    using: str | None = None,
) -> dict[Any, Relationship]:
    """Return a Relationship for each of `others`, by primary key, in one query for any number.

    An anonymous viewer has the empty relationship with everybody, at no query. Raises NoSuchEdge
    unless all are users.
    """
    others = list(others)
    _require_users(*others)
    keys = {other.pk for other in others}
    if viewer.pk is None or not keys:
        return dict.fromkeys(keys, Relationship())
    pairs = Follow.objects.using(using).between(viewer.pk, keys)
    found = set(pairs.values_list("follower_id", "followee_id"))
    return {
        key: Relationship(
            following=(viewer.pk, key) in found, followed_by=(key, viewer.pk) in found
        )
        for key in keys
    }


def attach_relationships(
    viewer: models.Model | AnonymousUser,
    page: Sequence[_Node],
    via: str | None = None,
    *,
    using: str | None = None,
) -> Sequence[_Node]:
    """Set `.relationship` on every object of a page, in one query for any number of objects.

    `via` names the attribute that holds the user, such as "author", who then has it too; without
    it the objects are users themselves. Returns the page.
    """
    users = [getattr(item, via) if via else item for item in page]
    found = relationships(viewer, [user for user in users if user is not None], using=using)
    for item, user in zip(page, users, strict=True):
        state = found[user.pk] if user is not None else Relationship()
        item.relationship = state  # type: ignore[attr-defined]
        if user is not None:
            user.relationship = state  # type: ignore[union-attr]
    return page


def _require_users(*nodes: models.Model) -> None:
    """Refuse other models, whose keys would be taken for those of users."""
    user_model = get_user_model()
    for node in nodes:
        if node._meta.concrete_model is not user_model:
            raise NoSuchEdge(
                f"{node._meta.label} is not {user_model._meta.label}; counts and relationships "
                "are those of users. For other edges, query the edge model."
            )


def _count_of(edges: FollowQuerySet[Follow], end: str) -> Coalesce:
    """Number of edges whose `end` is the outer query's user, as an expression."""
    mine = edges.filter(**{end: OuterRef("pk")}).order_by().values(end)
    return Coalesce(Subquery(mine.annotate(number=Count("pk")).values("number")), 0)
