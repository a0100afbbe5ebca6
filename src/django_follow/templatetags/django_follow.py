from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from .. import api

register = template.Library()


@register.inclusion_tag("django_follow/button.html", takes_context=True)
def follow_button(context: Context, followee: models.Model) -> dict[str, Any]:
    """Render the follow button for a node: a form that works without a script.

    Anonymous readers get a sign-in link, and nobody gets a button for themselves. Costs no query
    when `{% prefetch_relationships %}` has run over the page, else one.
    """
    request = context.get("request")
    if request is None:
        raise ImproperlyConfigured(
            "{% follow_button %} needs the request: render with one, and enable the context "
            "processor django.template.context_processors.request."
        )
    viewer = request.user
    following = False
    if viewer.is_authenticated and viewer != followee:
        known = getattr(followee, "relationship", None)
        if isinstance(known, api.Relationship):  # a model may use the name for its own purposes
            following = known.following
        else:
            following = api.is_following(viewer, followee)
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "followee": followee,
        "model": followee._meta.label_lower,
        "following": following,
        "is_self": viewer == followee,
        "viewer": viewer,
        "login_url": redirect_to_login(request.get_full_path()).url,
    }


@register.simple_tag(takes_context=True)
def prefetch_relationships(context: Context, page: Sequence[models.Model], via: str = "") -> str:
    """Attach `.relationship` to every user of a page in one query, so that buttons cost none.

    `via` names the attribute that holds the user, such as "author".
    """
    request = context.get("request")
    viewer = request.user if request else AnonymousUser()
    api.attach_relationships(viewer, page, via or None)
    return ""


@register.simple_tag
def follower_count(user: models.Model) -> SafeString:
    """Render how many follow a user, in a span that follow.js keeps true. Costs one query."""
    return _count("followers", user, api.counts(user).followers)


@register.simple_tag
def following_count(user: models.Model) -> SafeString:
    """Render how many a user follows. Costs one query."""
    return _count("following", user, api.counts(user).following)


def _count(kind: str, user: models.Model, number: int) -> SafeString:
    return format_html(
        '<span data-follow-count="{}" data-follow-id="{}">{}</span>', kind, user.pk, number
    )
