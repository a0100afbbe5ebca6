"""What the templates of buttons and numbers are given."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.db.models import prefetch_related_objects
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from . import api
from .counting import counters
from .models import Follow, FollowCount
from .relationships import require_users

# Of each kind of form: the labels of its intents, which also tell what a script may show next.
LABELS: dict[str, dict[str, Any]] = {
    "follow": {
        "follow": _("Follow"),
        "unfollow": _("Unfollow"),
        "withdraw": _("Requested"),
        "unblock": _("Unblock"),
    },
    "block": {"block": _("Block"), "unblock": _("Unblock")},
    "mute": {"mute": _("Mute"), "unmute": _("Unmute")},
    "answer": {"accept": _("Accept"), "reject": _("Reject")},
    "remove": {"remove": pgettext_lazy("a follower", "Remove")},  # nobody is deleted
    "hide": {"hide": _("Not interested")},
}
# What stands in place of the buttons that have had their say.
DONE = {
    "accept": _("Accepted"),
    "reject": _("Rejected"),
    "remove": _("Removed"),
    "hide": _("Will not be suggested again"),
}


def button_context(
    request: HttpRequest, node: models.Model, next_url: str | None = None
) -> dict[str, Any]:
    """The context of `button.html`; no `action` where there is nothing to press.

    Costs one query, and none where the node carries its relationship.
    """
    now = relationship_of(request.user, node)
    action = next_intents("follow", now)[0]
    # Whoever is blocked sees the usual button: they are not told.
    if request.user == node or (action == "follow" and not getattr(node, "is_active", True)):
        action = ""
    return {
        **form_context(request, node, next_url),
        "followee": node,
        "relationship": now,
        "labels": LABELS["follow"],
        "action": action,
        "label": LABELS["follow"].get(action, ""),
        "pressed": action != "follow",
    }


def action_forms(request: HttpRequest, person: models.Model, *kinds: str) -> dict[str, Any]:
    """The context of forms of other kinds than the follow button, for one person.

    Costs as `button_context`, for any number of kinds.
    """
    now = relationship_of(request.user, person)
    forms = [
        {
            "kind": kind,
            "is_toggle": kind in ("block", "mute"),
            "buttons": [(intent, LABELS[kind][intent]) for intent in next_intents(kind, now)],
            "labels": LABELS[kind],
            "done": [(intent, DONE[intent]) for intent in LABELS[kind] if intent in DONE],
        }
        for kind in kinds
    ]
    return {**form_context(request, person), "person": person, "forms": forms}


def form_context(
    request: HttpRequest, node: models.Model, next_url: str | None = None
) -> dict[str, Any]:
    url = request.get_full_path() if next_url is None else next_url
    return {
        "request": request,
        "viewer": request.user,
        "model": node._meta.label_lower,
        "next": url,
        "login_url": redirect_to_login(url).url,
    }


def next_intents(kind: str, now: api.Relationship) -> list[str]:
    """The intents that a form of this kind offers to two people who are this to each other."""
    if kind == "follow":
        if now.blocking:
            return ["unblock"]
        return ["unfollow" if now.following else "withdraw" if now.requested else "follow"]
    if kind == "block":
        return ["unblock" if now.blocking else "block"]
    if kind == "mute":
        return ["unmute" if now.muting else "mute"]
    return list(LABELS[kind])


def relationship_of(viewer: Any, node: models.Model) -> api.Relationship:
    """What the viewer and the node are to each other: what it carries, or one query."""
    if not viewer.is_authenticated or viewer == node:
        return api.Relationship()
    known = api.known_relationship(node)
    if known is not None:
        return known
    if node._meta.concrete_model is get_user_model():
        return api.relationship(viewer, node)
    return api.Relationship(following=api.is_following(viewer, node))


def counts_of(user: Any) -> api.Counts:
    """The counts that a user carries; those who carry none load them, in one query."""
    require_users(user)
    following, followers = counters(Follow)
    try:
        row = user.follow_count if followers.model is FollowCount else user
    except ObjectDoesNotExist:
        return api.Counts(0, 0)
    return api.Counts(getattr(row, followers.column), getattr(row, following.column))


def prefetch_counts(users: Iterable[Any]) -> None:
    """Let all these users carry their counts, in one query for any number; none if they do."""
    if counters(Follow)[0].model is FollowCount:
        prefetch_related_objects(list(users), "follow_count")


def carried_counts(path: str = "") -> list[str]:
    """What to select_related with a user, so that they carry their counts."""
    prefix = f"{path}__" if path else ""
    return [f"{prefix}follow_count"] if counters(Follow)[0].model is FollowCount else []
