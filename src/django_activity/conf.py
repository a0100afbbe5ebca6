from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
    def strict_verbs(self) -> bool:
        """Refuse verbs that are not registered, instead of taking them as plain text."""
        return getattr(project_settings, "ACTIVITY_STRICT_VERBS", False)

    @property
    def enrich(self) -> Callable[[Any], object] | None:
        """The project's function that may complete every action before it is written."""
        return _callable(getattr(project_settings, "ACTIVITY_ENRICH", None))

    @property
    def actor_of(self) -> Callable[[Any], Any] | None:
        """The project's function from a user to the actor, where actors are not users."""
        return _callable(getattr(project_settings, "ACTIVITY_ACTOR_OF", None))

    @property
    def track(self) -> Mapping[str, Mapping[str, Any]]:
        """Per model ("app_label.ModelName"), the options of `track()`. Read once, at the start."""
        return getattr(project_settings, "ACTIVITY_TRACK", {})

    @property
    def tracking(self) -> bool:
        """Log the actions of tracked models; a project may turn it off for its tests."""
        return getattr(project_settings, "ACTIVITY_TRACKING", True)

    @property
    def on_target_delete(self) -> str | Mapping[str, str]:
        """What becomes of actions whose object is deleted: "keep", "hide" or "cascade".

        For all models, or a dict per model ("app_label.ModelName"), where the others are kept.
        """
        return getattr(project_settings, "ACTIVITY_ON_TARGET_DELETE", "keep")

    @property
    def followees(self) -> Callable[[Any], Any] | None:
        """The project's function from a user to the primary keys of the actors they follow."""
        return _callable(getattr(project_settings, "ACTIVITY_FOLLOWEES", None))

    @property
    def followed_targets(self) -> Callable[[Any], Any] | None:
        """The project's function from a user to the objects they follow, as pairs of a model and a
        queryset of primary keys."""
        return _callable(getattr(project_settings, "ACTIVITY_FOLLOWED_TARGETS", None))

    @property
    def excluded(self) -> Callable[[Any], Any] | None:
        """The project's function from a viewer to the primary keys of actors they never see."""
        return _callable(getattr(project_settings, "ACTIVITY_EXCLUDED", None))

    @property
    def queryset(self) -> Callable[[Any, Any], Any] | None:
        """The project's function `(queryset, viewer) -> queryset` that narrows every stream."""
        return _callable(getattr(project_settings, "ACTIVITY_QUERYSET", None))

    @property
    def visible(self) -> Callable[[Any, Any], Any] | None:
        """The project's function `(actions, viewer) -> actions` that drops rows of a page."""
        return _callable(getattr(project_settings, "ACTIVITY_VISIBLE", None))

    @property
    def actor_select_related(self) -> tuple[str, ...]:
        """Relations of the actor that every page fetches along, such as ("profile",)."""
        return tuple(getattr(project_settings, "ACTIVITY_ACTOR_SELECT_RELATED", ()))

    @property
    def prefetch(self) -> Mapping[str, Any]:
        """Per model ("app_label.model_name"), a function that returns the queryset to fetch
        objects of a page with."""
        return getattr(project_settings, "ACTIVITY_PREFETCH", {})

    @property
    def exposed_targets(self) -> Sequence[str]:
        """Models ("app_label.model_name") whose target streams the app's own addresses serve."""
        return getattr(project_settings, "ACTIVITY_EXPOSED_TARGETS", ())

    @property
    def as2_types(self) -> Mapping[str, str]:
        """Per model ("app_label.model_name"), the ActivityStreams 2.0 type of its objects, such as
        "Image"; without one "Person" for users, and "Object"."""
        return getattr(project_settings, "ACTIVITY_AS2_TYPES", {})

    def as2_type_for(self, label: str) -> str | None:
        """What `as2_types` says of the model with this lower-case label."""
        found: str | None = _of_model(self.as2_types, label)
        return found

    def actor_for(self, user: Any) -> Any:
        """The actor that this user is."""
        function = self.actor_of
        return user if function is None else function(user)

    def queryset_for(self, label: str) -> Any:
        """The queryset that the project names for a model in `prefetch`, or None."""
        function = _callable(_of_model(self.prefetch, label))
        return None if function is None else function()

    def delete_policy(self, label: str) -> str:
        """What `on_target_delete` says of the model with this lower-case label."""
        policy = self.on_target_delete
        return policy if isinstance(policy, str) else _of_model(policy, label) or "keep"


def _of_model(values: Mapping[str, Any], label: str) -> Any:
    return {key.lower(): value for key, value in values.items()}.get(label)


def _callable(value: Any) -> Callable[..., Any] | None:
    """The function that a setting gives itself or names by its path."""
    found: Callable[..., Any] | None = import_string(value) if isinstance(value, str) else value
    return found


settings = Settings()
