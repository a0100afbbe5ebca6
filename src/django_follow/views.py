from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.apps import apps
from django.conf import settings as project_settings
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import render
from django.urls import get_script_prefix
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect

from .api import counts, follow, is_following, relationship, unfollow
from .exceptions import FollowError
from .models import edge_model

WRITES: dict[str, Callable[[models.Model, models.Model], object]] = {
    "follow": follow,
    "unfollow": unfollow,
}


class Refusal(Exception):
    """The request cannot be carried out; carries the status, a stable code and the reason."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


@csrf_protect
@login_not_required  # answers for itself below: a script must get 401, not a sign-in page
def follow_view(request: HttpRequest) -> HttpResponseBase:
    """Follow or unfollow one node, as the client states; never a toggle.

    Takes `id` (primary key), `action` ("follow" or "unfollow"), and optionally `model`
    ("app_label.model_name", the user model by default) and `next` (where a plain form returns
    to). A script that accepts JSON receives the fresh relationship and counts; a refusal is
    400, 401, 404 or 405 with a stable code and a reason.
    """
    if request.method != "POST":
        return refuse(request, Refusal(405, "post_required", _("This address only takes POST.")))
    if not request.user.is_authenticated:
        if not wants_json(request):
            return redirect_to_login(safe_next(request))
        return refuse(request, Refusal(401, "not_signed_in", _("Sign in to follow.")))
    try:
        action = get_action(request)
        followee = get_followee(request)
        if action == "follow" and not getattr(followee, "is_active", True):
            raise Refusal(404, "not_found", _("There is nobody with this id."))
        WRITES[action](request.user, followee)
    except Refusal as refusal:
        return refuse(request, refusal)
    except FollowError as error:
        return refuse(request, Refusal(400, error.code, str(error)))
    if not wants_json(request):
        return HttpResponseRedirect(safe_next(request))
    return JsonResponse({"status": "ok", **state(request.user, followee)})


def state(viewer: models.Model, followee: models.Model) -> dict[str, Any]:
    """What a client needs to draw the button and the numbers after a write."""
    if followee._meta.concrete_model is not viewer._meta.concrete_model:
        return {"following": is_following(viewer, followee)}
    now = relationship(viewer, followee)
    return {
        "following": now.following,
        "followed_by": now.followed_by,
        "counts": counts(followee)._asdict(),
        "viewer": {"id": str(viewer.pk), "counts": counts(viewer)._asdict()},
    }


def get_action(request: HttpRequest) -> str:
    action = request.POST.get("action", "")
    if action not in WRITES:
        raise Refusal(400, "bad_action", _("action must be follow or unfollow."))
    return action


def get_followee(request: HttpRequest) -> models.Model:
    """The node that the request names, of a model that users can follow."""
    label = request.POST.get("model") or project_settings.AUTH_USER_MODEL
    try:
        model: type[models.Model] = apps.get_model(label)
    except (LookupError, ValueError):
        raise Refusal(400, "bad_model", _("model does not name a model.")) from None
    edge_model(get_user_model(), model)  # before any look at the table: nobody may probe others
    key = request.POST.get("id", "")
    try:
        if "\0" in key:
            raise ValueError(key)
        followee: models.Model = model._default_manager.get(pk=key)
    except (ValueError, TypeError, OverflowError, ValidationError):
        raise Refusal(400, "bad_id", _("id is not a primary key.")) from None
    except ObjectDoesNotExist:
        raise Refusal(404, "not_found", _("There is nobody with this id.")) from None
    return followee


def refuse(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Answer with the reason, as JSON or as a page with the way back."""
    response: HttpResponse
    if wants_json(request):
        body = {"status": "error", "code": refusal.code, "message": refusal.message}
        response = JsonResponse(body, status=refusal.status)
    else:
        context = {"refusal": refusal, "next": safe_next(request)}
        response = render(request, "django_follow/refused.html", context, status=refusal.status)
    if refusal.status == HTTPStatus.METHOD_NOT_ALLOWED:
        response["Allow"] = "POST"
    return response


def wants_json(request: HttpRequest) -> bool:
    """Is this a script's request rather than a form's?"""
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return True
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def safe_next(request: HttpRequest) -> str:
    """Where a plain form goes back to: only ever a page of this site."""
    for url in (request.POST.get("next"), request.headers.get("Referer")):
        if url and url_has_allowed_host_and_scheme(
            url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        ):
            return url
    return get_script_prefix()
