"""What a client may ask for, always as an intent and never as a toggle."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.conf import settings as project_settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext as _

from . import api
from .answers import Refusal
from .edges import edge_model
from .exceptions import Blocked, Blocking, LimitReached, NoSuchRequest
from .models import FollowRequest
from .pairs import with_nodes
from .relationships import require_users


def carry_out(viewer: Any, data: QueryDict) -> tuple[str, models.Model]:
    """Do what the data of a form ask for; return the intent and whom it was about.

    Everything but `accept` is harmless to repeat. Raises Refusal or FollowError.
    """
    action = data.get("action", "")
    intent = INTENTS.get(action)
    if intent is None:
        names = ", ".join(INTENTS)
        raise Refusal(400, "bad_action", _("action must be one of: %(names)s.") % {"names": names})
    node = find_node(data.get("model") or project_settings.AUTH_USER_MODEL, data.get("id", ""))
    if intent not in (_follow, _unfollow):
        require_users(node)
    intent(viewer, node, data)
    return action, node


def find_node(label: str, key: str, *related: str) -> models.Model:
    """The node with this key, of a model that users can follow. Costs one query."""
    try:
        model: type[models.Model] = apps.get_model(label)
    except (LookupError, ValueError):
        raise Refusal(400, "bad_model", _("model does not name a model.")) from None
    edge_model(get_user_model(), model)  # before any look at the table: nobody may probe others
    try:
        if "\0" in key:
            raise ValueError(key)
        nodes = model._default_manager.all()
        node: models.Model = (nodes.select_related(*related) if related else nodes).get(pk=key)
    except (ValueError, TypeError, OverflowError, ValidationError):
        raise Refusal(400, "bad_id", _("id is not a primary key.")) from None
    except ObjectDoesNotExist:
        raise not_found() from None
    return node


def not_found() -> Refusal:
    return Refusal(404, "not_found", _("There is nobody with this id."))


def _follow(viewer: Any, node: Any, data: QueryDict) -> None:
    if not getattr(node, "is_active", True):
        raise not_found()
    api.follow(viewer, node)


def _unfollow(viewer: Any, node: Any, data: QueryDict) -> None:
    # The request before the edge: one that is being accepted is found as the one or the other.
    if node._meta.concrete_model is get_user_model():
        _withdraw(viewer, node, data)
    api.unfollow(viewer, node)


def _mute(viewer: Any, person: Any, data: QueryDict) -> None:
    seconds, until = data.get("duration", ""), None
    if seconds:
        if not (seconds.isascii() and seconds.isdigit() and len(seconds) < 10 and int(seconds)):
            reason = _("duration must be a number of seconds, from 1 to 999999999.")
            raise Refusal(400, "bad_duration", reason)
        until = dt.timedelta(seconds=int(seconds))
    api.mute(viewer, person, until=until)


def _accept(viewer: Any, person: Any, data: QueryDict) -> None:
    request = _request(person, viewer)
    if request is None and api.is_following(person, viewer):
        return  # the second of two clicks
    if request is None:
        raise NoSuchRequest
    try:
        api.accept(request)
    except (Blocking, Blocked):
        raise NoSuchRequest from None  # a block ends it, and is nobody else's business
    except LimitReached:
        reason = _("This person already follows as many people as is allowed.")
        raise Refusal(409, LimitReached.code, reason) from None


def _reject(viewer: Any, person: Any, data: QueryDict) -> None:
    if request := _request(person, viewer):
        api.reject(request)


def _withdraw(viewer: Any, person: Any, data: QueryDict) -> None:
    if request := _request(viewer, person):
        api.withdraw(request)


def _request(follower: Any, followee: Any) -> FollowRequest | None:
    found = FollowRequest.objects.of(follower.pk).to(followee.pk).first()
    return found and with_nodes(found, follower, followee)


INTENTS: dict[str, Callable[[Any, Any, QueryDict], object]] = {
    "follow": _follow,
    "unfollow": _unfollow,
    "remove": lambda viewer, person, data: api.remove_follower(viewer, person),
    "block": lambda viewer, person, data: api.block(viewer, person),
    "unblock": lambda viewer, person, data: api.unblock(viewer, person),
    "mute": _mute,
    "unmute": lambda viewer, person, data: api.unmute(viewer, person),
    "accept": _accept,
    "reject": _reject,
    "withdraw": _withdraw,
    "hide": lambda viewer, person, data: api.hide_suggestion(viewer, person),
}
