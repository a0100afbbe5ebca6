from __future__ import annotations

from typing import Any

from django_follow.models import Follow


def followees(user: Any) -> Any:
    """What a project wires up so that home streams know whom a user follows."""
    return Follow.objects.of(user).values("followee")
