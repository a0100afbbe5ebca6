from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.http import HttpRequest
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from .. import api
from ..models import FollowRequest
from ..rendering import LABELS, action_forms, button_context, counts_of, prefetch_counts

register = template.Library()


@register.inclusion_tag("django_follow/button.html", takes_context=True)
def follow_button(context: Context, followee: models.Model) -> dict[str, Any]:
    """Render the follow button for a node: a form that works without a script.

    It follows, unfollows, withdraws a request or unblocks, whichever is next. Anonymous readers
    get a sign-in link, and nobody gets a button for themselves. Costs no query when
    `{% prefetch_relationships %}` has run over the page, else one.
    """
    return button_context(_request(context, "follow_button"), followee)


@register.inclusion_tag("django_follow/action.html", takes_context=True)
def follow_action(context: Context, person: models.Model, kind: str) -> dict[str, Any]:
    """Render another form about a person, for a viewer who is signed in.

    `kind` is "block", "mute", "remove" (a follower), "answer" (a request) or "hide" (a suggestion).
    Costs as `{% follow_button %}`.
    """
    if kind not in LABELS or kind == "follow":
        raise template.TemplateSyntaxError(f"{{% follow_action %}} knows no {kind!r}.")
    return action_forms(_request(context, "follow_action"), person, kind)


@register.inclusion_tag("django_follow/menu.html", takes_context=True)
def follow_menu(context: Context, person: models.Model) -> dict[str, Any]:
    """Render a menu to mute and block a person, for a viewer who is signed in.

    Costs as `{% follow_button %}`.
    """
    return action_forms(_request(context, "follow_menu"), person, "mute", "block")


@register.simple_tag(takes_context=True)
def prefetch_relationships(context: Context, page: Sequence[models.Model], via: str = "") -> str:
    """Attach relationship and counts to every user of a page, so that what follows costs nothing.

    `via` names the attribute that holds the user, such as "author". Costs two queries for any
    number of users, and one for anonymous readers.
    """
    api.attach_relationships(_viewer(context), page, via or None)
    users = [getattr(item, via) if via else item for item in page]
    prefetch_counts(user for user in users if user is not None)
    return ""


@register.simple_tag
def follower_count(user: models.Model) -> SafeString:
    """Render how many follow a user, in a span that follow.js keeps true.

    Costs no query after `{% prefetch_relationships %}` or `select_related("follow_count")`, else
    one.
    """
    return _count("followers", user, counts_of(user).followers)


@register.simple_tag
def following_count(user: models.Model) -> SafeString:
    """Render how many a user follows. Costs as `{% follower_count %}`; both together cost one."""
    return _count("following", user, counts_of(user).following)


@register.simple_tag(takes_context=True)
def follow_requests_count(context: Context) -> int:
    """Return how many ask to follow the viewer. Costs one query; none for anonymous readers."""
    viewer = _viewer(context)
    return FollowRequest.objects.to(viewer.pk).count() if viewer.pk is not None else 0


@register.simple_tag(takes_context=True)
def followers_you_know(context: Context, user: models.Model) -> api.KnownFollowers:
    """Return `count` and a `sample` of the followers of a user whom the viewer follows.

    Costs two queries; none for anonymous readers.
    """
    return api.followers_you_know(_viewer(context), user)


@register.simple_tag(takes_context=True)
def follow_suggestions(context: Context, limit: int = 5) -> list[api.Suggestion]:
    """Return people for the viewer to follow: each with `user`, `reason` and `known`.

    Costs as `suggestions`, and one query for the buttons of all.
    """
    viewer = _viewer(context)
    found = api.suggestions(viewer, limit)
    api.attach_relationships(viewer, [suggestion.user for suggestion in found])
    return found


@register.filter
def is_following(follower: Any, followee: Any) -> bool:
    """Does the one follow the other? Costs one query; for the viewer of a list, prefetch."""
    return _are_nodes(follower, followee) and api.is_following(follower, followee)


@register.filter
def is_blocking(blocker: Any, blocked: Any) -> bool:
    """Does the one user block the other? Costs one query."""
    return _are_nodes(blocker, blocked) and api.relationship(blocker, blocked).blocking


@register.filter
def is_muting(muter: Any, muted: Any) -> bool:
    """Does the one user mute the other? Costs one query."""
    return _are_nodes(muter, muted) and api.relationship(muter, muted).muting


def _are_nodes(one: Any, other: Any) -> bool:
    """Filters bear names that the template does not have, and anonymous readers."""
    return isinstance(other, models.Model) and isinstance(one, (models.Model, AnonymousUser))


def _request(context: Context, tag: str) -> HttpRequest:
    request: HttpRequest | None = context.get("request")
    if request is None:
        raise ImproperlyConfigured(
            f"{{% {tag} %}} needs the request: render with one, and enable the context "
            "processor django.template.context_processors.request."
        )
    return request


def _viewer(context: Context) -> Any:
    request = context.get("request")
    return request.user if request else AnonymousUser()


def _count(kind: str, user: models.Model, number: int) -> SafeString:
    return format_html(
        '<span data-follow-count="{}" data-follow-id="{}">{}</span>', kind, user.pk, number
    )
