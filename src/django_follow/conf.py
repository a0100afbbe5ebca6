from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings as project_settings
from django.utils.module_loading import import_string


class Settings:
    """The project's FOLLOW_* settings, read on every access so that overrides take effect."""

    @property
    def user_attributes(self) -> tuple[str, str] | None:
        """Names of the two many-to-many accessors put on the user model, or None for none.

        Read once, while models load: changing it needs a restart.
        """
        return getattr(project_settings, "FOLLOW_USER_ATTRIBUTES", ("following", "followers"))

    @property
    def user_counts(self) -> tuple[str, str] | None:
        """Integer fields of the user model for (following, followers); None for `FollowCount`."""
        return getattr(project_settings, "FOLLOW_USER_COUNTS", None)

    @property
    def requires_approval(self) -> Callable[..., bool] | None:
        """`(follower, followee) -> bool`: must the followee accept? A callable or its path."""
        return _callable(getattr(project_settings, "FOLLOW_REQUIRES_APPROVAL", None))

    @property
    def max_following(self) -> int | None:
        """How many users one user may follow; None for no limit."""
        return getattr(project_settings, "FOLLOW_MAX_FOLLOWING", None)

    @property
    def list_visibility(self) -> Callable[..., bool] | None:
        """`(viewer, owner, kind) -> bool`: may `viewer` read this list? A callable or its path."""
        return _callable(getattr(project_settings, "FOLLOW_LIST_VISIBILITY", None))

    @property
    def page_size(self) -> int:
        """How many people the list pages show at once."""
        return getattr(project_settings, "FOLLOW_PAGE_SIZE", 50)


def _callable(value: Any) -> Callable[..., bool] | None:
    found: Callable[..., bool] | None = import_string(value) if isinstance(value, str) else value
    return found


settings = Settings()
