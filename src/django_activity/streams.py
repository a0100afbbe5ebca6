"""Streams: lists of actions that are read page by page, newest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.models import Q

from .conf import settings
from .managers import ActionQuerySet, require_stored
from .models import get_action_model
from .paging import GroupedPage, Page, Stream
from .resolving import ROLES
from .sources import Condition, Followed, fixed

__all__ = [
    "GroupedPage",
    "Page",
    "Stream",
    "actor_stream",
    "any_stream",
    "home_stream",
    "model_stream",
    "object_stream",
    "public_stream",
    "target_stream",
]


def actor_stream(
    actor: models.Model | None,
    *,
    viewer: Any = None,
    private: bool = False,
    using: str | None = None,
) -> Stream:
    """What `actor` (None: the system) did in public; with `private`, also what is not public.

    `viewer`, in this and in every other stream, is who reads: it is given to ACTIVITY_EXCLUDED,
    ACTIVITY_QUERYSET and ACTIVITY_VISIBLE.
    """
    actions = _actions(using, viewer, private)
    return _stream(actions, [actions.done_by(actor)], viewer, private)


def target_stream(
    target: models.Model, *, viewer: Any = None, private: bool = False, using: str | None = None
) -> Stream:
    """What was done in public at `target`."""
    actions = _actions(using, viewer, private)
    return _stream(actions, [actions.pointing_at("target", target)], viewer, private)


def object_stream(
    action_object: models.Model,
    *,
    viewer: Any = None,
    private: bool = False,
    using: str | None = None,
) -> Stream:
    """What was done in public to `action_object`."""
    actions = _actions(using, viewer, private)
    return _stream(actions, [actions.pointing_at("action_object", action_object)], viewer, private)


def any_stream(
    item: models.Model, *, viewer: Any = None, private: bool = False, using: str | None = None
) -> Stream:
    """What `item` did, and what was done to it or at it, in public."""
    actions = _actions(using, viewer, private)
    conditions = [actions.pointing_at(role, item) for role in ROLES]
    if isinstance(item, _actor_model()):
        conditions.append(actions.done_by(item))
    return _stream(actions, conditions, viewer, private)


def model_stream(
    model: type[models.Model],
    *,
    viewer: Any = None,
    private: bool = False,
    using: str | None = None,
) -> Stream:
    """What was done in public to, or at, the objects of a model."""
    return Stream(_actions(using, viewer, private).of_model(model), viewer=viewer)


def public_stream(*, viewer: Any = None, using: str | None = None) -> Stream:
    """Everything done in public."""
    return Stream(_actions(using, viewer), viewer=viewer)


def home_stream(
    user: Any,
    with_self: bool = False,
    *,
    verbs: Iterable[str] | str | None = None,
    since_follow: bool = False,
    targets: bool = True,
    using: str | None = None,
) -> Stream:
    """What happened in public around those whom `user` follows: the stream of a dashboard.

    It has what the actors of ACTIVITY_FOLLOWEES did, with `with_self` what `user` did too, and,
    unless `targets` is False, what was done to or at the objects of ACTIVITY_FOLLOWED_TARGETS.
    Actors of ACTIVITY_EXCLUDED are left out. `verbs` narrows it to these verbs. With `since_follow`
    it has what happened since the follow only, for which ACTIVITY_FOLLOWEES must return its time as
    a second column.

    Raises ImproperlyConfigured when ACTIVITY_FOLLOWEES is not set, or has no time and should;
    UnsavedObject for a guest.
    """
    if settings.followees is None:
        raise ImproperlyConfigured(
            "home_stream() needs ACTIVITY_FOLLOWEES: the dotted path of a function from a user to "
            "a queryset of the primary keys of the actors they follow."
        )
    require_stored(user)
    if isinstance(verbs, str):
        verbs = [verbs]
    actions: ActionQuerySet[Any] = get_action_model()._default_manager.using(using)
    hidden = _excluded(user, actions.db)
    actors = Followed(
        fixed(settings.followees(user), actions.db, "ACTIVITY_FOLLOWEES"),
        model=_actor_model(),
        also=user.pk if with_self else None,
        hidden=hidden,
        since=since_follow,
    )
    sources: list[Condition | Followed] = [actors]
    if targets and settings.followed_targets is not None:
        condition = Q() if hidden is None else _not_by(hidden)
        name = "ACTIVITY_FOLLOWED_TARGETS"
        for model, keys in settings.followed_targets(user):
            objects = Followed(fixed(keys, actions.db, name), model=model, q=condition)
            sources += [replace(objects, role=role) for role in ROLES]
    actions = _hooked(actions.public(), user)
    if verbs is not None:
        actions = actions.filter(verb__in=list(verbs))
    return Stream(actions, tuple(sources), user)


def _stream(
    actions: ActionQuerySet[Any], conditions: list[Q], viewer: Any, private: bool
) -> Stream:
    """What meets any of the conditions, for each of which there is an index."""
    if private:  # the indexes hold what is public apart from what is not
        conditions = [each & Q(public=public) for each in conditions for public in (True, False)]
    if len(conditions) == 1:
        return Stream(actions.filter(*conditions), viewer=viewer)
    return Stream(actions, tuple(map(Condition, conditions)), viewer)


def _actions(using: str | None, viewer: Any, private: bool = False) -> ActionQuerySet[Any]:
    """What a viewer may see of all actions."""
    actions: ActionQuerySet[Any] = get_action_model()._default_manager.using(using)
    if not private:
        actions = actions.public()
    hidden = None if viewer is None else _excluded(viewer, actions.db)
    if hidden is not None:
        actions = actions.filter(_not_by(hidden))
    return _hooked(actions, viewer)


def _excluded(viewer: Any, using: str) -> Any:
    """The actors that a viewer never sees, or None."""
    keys = None if settings.excluded is None else settings.excluded(viewer)
    return None if keys is None else fixed(keys, using, "ACTIVITY_EXCLUDED")


def _not_by(actors: Any) -> Q:
    if isinstance(actors, models.QuerySet):
        # In SQL, nothing is outside of a list with a NULL in it; no primary key is NULL.
        actors = _actor_model()._base_manager.filter(pk__in=actors).values("pk")
    return ~Q(actor__in=actors)


def _hooked(actions: ActionQuerySet[Any], viewer: Any) -> ActionQuerySet[Any]:
    if settings.queryset is None:
        return actions
    narrowed: Any = settings.queryset(actions, viewer)
    if not isinstance(narrowed, ActionQuerySet):
        raise ImproperlyConfigured(
            f"ACTIVITY_QUERYSET returned {narrowed!r}, and not the queryset it was given, narrowed."
        )
    return narrowed


def _actor_model() -> Any:
    return get_action_model()._meta.get_field("actor").related_model
