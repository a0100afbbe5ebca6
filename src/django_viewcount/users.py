"""The user of a request, who is never fetched for nothing."""

from __future__ import annotations

from typing import Any

from django.conf import settings as project_settings
from django.http import HttpRequest
from django.utils.functional import LazyObject, empty


def signed_in_user(request: HttpRequest, *, fetch: bool = False) -> Any:
    """Return the user who is signed in, or None.

    `request.user` is lazy: a look at it reads the session and the user, two queries with Django's
    defaults, and adds `Vary: Cookie` to the response. So only a user whom the site has looked at
    before is known here; with `fetch`, also one whose request carries a session cookie. A request
    without that cookie is of nobody, unless the project has set `request.user` itself, as
    authentication by a token does.
    """
    attributes = request.__dict__
    attributes = getattr(
        attributes.get("_request"), "__dict__", attributes
    )  # Django REST framework
    user = attributes.get("user")
    if isinstance(user, LazyObject) and user._wrapped is empty:
        lazy, user = user, attributes.get("_cached_user") or attributes.get("_acached_user")
        if user is None and fetch and project_settings.SESSION_COOKIE_NAME in request.COOKIES:
            user = lazy
    return user if getattr(user, "is_authenticated", False) else None
