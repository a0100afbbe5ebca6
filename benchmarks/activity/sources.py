"""What a project gives to its home streams: whom and what a reader follows, whom they never see."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group

from django_follow.models import Block, Follow


def followees(user: Any) -> Any:
    return Follow.objects.filter(follower=user).values("followee")


def groups(user: Any) -> list[Any]:
    """Membership stands for following: a reader's groups are the targets they follow."""
    return [(Group, user.groups.through.objects.filter(user=user).values("group"))]


def blocked(user: Any) -> Any:
    return Block.objects.filter(blocker=user).values("blocked")
