from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings as project_settings
from django.utils.module_loading import import_string


class Settings:
    """The project's ACTIVITY_* settings, read on every access so that overrides take effect."""

    @property
    def action_model(self) -> str:
        """The model of an action, as "app_label.ModelName". Choose it before the first migrate."""
        return getattr(project_settings, "ACTIVITY_ACTION_MODEL", "django_activity.Action")

    @property
    def dedup_window(self) -> float:
        """Seconds in which the same action is logged once; 0 logs every one."""
        return getattr(project_settings, "ACTIVITY_DEDUP_WINDOW", 60)

    @property
    def followees(self) -> Callable[[Any], Any] | None:
        """The project's function from a user to the primary keys of the actors they follow."""
        return _callable(getattr(project_settings, "ACTIVITY_FOLLOWEES", None))

    @property
    def actor_select_related(self) -> tuple[str, ...]:
        """Relations of the actor that every page fetches along, such as ("profile",)."""
        return tuple(getattr(project_settings, "ACTIVITY_ACTOR_SELECT_RELATED", ()))

    @property
    def prefetch(self) -> Mapping[str, Any]:
        """Per model ("app_label.model_name"), a function that returns the queryset to fetch
        objects of a page with."""
        return getattr(project_settings, "ACTIVITY_PREFETCH", {})

    def queryset_for(self, label: str) -> Any:
        """The queryset that the project names for a model in `prefetch`, or None."""
        named = {key.lower(): value for key, value in self.prefetch.items()}.get(label)
        function = _callable(named)
        return None if function is None else function()


def _callable(value: Any) -> Callable[..., Any] | None:
    """The function that a setting gives itself or names by its path."""
    found: Callable[..., Any] | None = import_string(value) if isinstance(value, str) else value
    return found


settings = Settings()
