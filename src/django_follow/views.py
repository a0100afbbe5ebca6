from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import models
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect

from .answers import (
    FRAGMENT,
    JSON,
    Refusal,
    ask_to_sign_in,
    expected_answer,
    refusal_of,
    refuse,
    safe_next,
)
from .api import counts, is_following, relationship
from .exceptions import FollowError
from .intents import carry_out
from .models import FollowRequest
from .rendering import button_context

# Nobody is told that they are blocked.
TOLD = ("following", "followed_by", "requested", "requested_by", "blocking", "muting")


@csrf_protect
@login_not_required  # answers for itself below: a script must get 401, not a sign-in page
def follow_view(request: HttpRequest) -> HttpResponseBase:
    """Carry out one intent of the viewer, such as following somebody; never a toggle.

    Takes `id` (primary key), `action` (a name in INTENTS), and optionally `model`
    ("app_label.model_name", the user model by default), `duration` (seconds, to mute) and `next`
    (where a plain form returns to). A script receives the fresh relationship and counts, htmx the
    fresh button; a refusal is 400, 401, 403, 404, 405 or 409 with a stable code and a reason.
    """
    if request.method != "POST":
        refusal = Refusal(405, "post_required", _("This address only takes POST."))
        return refuse(request, refusal, {"Allow": "POST"})
    if not request.user.is_authenticated:
        return ask_to_sign_in(request)
    try:
        action, node = carry_out(request.user, request.POST)
    except Refusal as error:
        return refuse(request, error)
    except FollowError as error:
        return refuse(request, refusal_of(error))
    expected = expected_answer(request)
    if expected == JSON:
        return JsonResponse({"status": "ok", **state(request.user, node, action)})
    if expected == FRAGMENT:
        context = button_context(request, node, safe_next(request))
        return render(request, "django_follow/button.html", context)
    return HttpResponseRedirect(safe_next(request))


def state(viewer: models.Model, node: models.Model, action: str) -> dict[str, Any]:
    """What a client needs to draw the buttons and the numbers after a write."""
    if node._meta.concrete_model is not viewer._meta.concrete_model:
        return {"following": is_following(viewer, node)}
    now = relationship(viewer, node)
    mine = counts(viewer)._asdict()
    if action in ("accept", "reject", "block"):  # the intents that may end a request to the viewer
        mine["requests"] = FollowRequest.objects.to(viewer.pk).count()
    return {
        **{name: getattr(now, name) for name in TOLD},
        "counts": counts(node)._asdict(),
        "viewer": {"id": str(viewer.pk), "counts": mine},
    }
