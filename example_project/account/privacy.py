"""Who may see what of a member: private ones are for their followers, and a block hides both."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from django_follow.api import is_following
from django_follow.models import Block, Follow


def hidden_from(viewer: Any) -> QuerySet[User, Any]:
    """The members whose pictures and doings a viewer, None for a guest, must not see; as keys."""
    hidden = Q(profile__private=True)
    if viewer is not None and viewer.pk is not None:
        hidden &= ~Q(pk=viewer.pk) & ~Q(pk__in=Follow.objects.of(viewer).values("followee"))
        hidden |= Q(pk__in=Block.objects.of(viewer).values("blocked"))
        hidden |= Q(pk__in=Block.objects.to(viewer).values("blocker"))
    return User.objects.filter(hidden | Q(is_active=False)).values("pk")


def is_private(member: Any) -> bool:
    profile = getattr(member, "profile", None)  # somebody made by createsuperuser has none
    return profile is not None and profile.private


def asks_first(follower: User, followee: User) -> bool:
    """FOLLOW_REQUIRES_APPROVAL: private members say themselves who follows them."""
    return is_private(followee)


def may_see_list(viewer: Any, owner: User, kind: str) -> bool:
    """FOLLOW_LIST_VISIBILITY: of private members, their followers see whom they know."""
    if not is_private(owner) or viewer == owner:
        return True
    return viewer.is_authenticated and is_following(viewer, owner)
