"""How a client is answered: with JSON, with a fragment for htmx, or with a page."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.urls import get_script_prefix
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from .exceptions import FollowError

JSON, FRAGMENT, PAGE = "json", "fragment", "page"


class Refusal(Exception):
    """The request cannot be carried out; carries the status, a stable code and the reason."""

    def __init__(self, status: int, code: str, message: str | Promise) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, str(message)


# To a person on a web page; what a FollowError says itself is for staff and logs, and would tell
# people that they are blocked.
REFUSALS: dict[str, tuple[int, str, Promise]] = {
    "self_follow": (400, "self_follow", _("You cannot do that with yourself.")),
    "no_such_edge": (400, "no_such_edge", _("This cannot be followed.")),
    "bad_cursor": (400, "bad_cursor", _("This list has no such page. Start again at its top.")),
    "blocking": (403, "blocking", _("You block this person. Unblock them first.")),
    "blocked": (403, "not_allowed", _("You cannot follow this person.")),
    "unsaved_node": (404, "unsaved_node", _("This person is no longer here.")),
    "no_such_request": (404, "no_such_request", _("This request is no longer there.")),
    "limit_reached": (
        409,
        "limit_reached",
        _("You follow as many people as is allowed. Unfollow somebody first."),
    ),
}


def refusal_of(error: FollowError) -> Refusal:
    """The answer to a refused write; a project's own FollowError speaks for itself, with 400."""
    return Refusal(*REFUSALS.get(error.code, (400, error.code, str(error))))


def expected_answer(request: HttpRequest) -> str:
    """JSON, FRAGMENT or PAGE, by the headers.

    A browser that sends a form names text/html; `fetch` says that it accepts anything, unless it is
    told otherwise, and cannot use a page. A form boosted by htmx wants what the browser would.
    """
    if "HX-Request" in request.headers:
        return PAGE if "HX-Boosted" in request.headers else FRAGMENT
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return JSON
    if "Accept" not in request.headers:
        return PAGE
    html = "text/html"
    return PAGE if request.get_preferred_type(["application/json", html]) == html else JSON


def refuse(
    request: HttpRequest, refusal: Refusal, headers: dict[str, str] | None = None
) -> HttpResponse:
    """Answer with the reason: as JSON, as a line of text, or as a page with the way back."""
    expected = expected_answer(request)
    how: dict[str, Any] = {"status": refusal.status, "headers": headers}
    if expected == JSON:
        body = {"status": "error", "code": refusal.code, "message": refusal.message}
        return JsonResponse(body, **how)
    if expected == FRAGMENT:
        text = '<p class="follow-refusal" role="alert">{}</p>'
        return HttpResponse(format_html(text, refusal.message), **how)
    context = {"refusal": refusal, "next": safe_next(request)}
    page = render_to_string("django_follow/refused.html", context, request)
    return HttpResponse(page, **how)


def ask_to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Send a form to the sign-in page; tell a script, which could not use that page."""
    sign_in, expected = redirect_to_login(safe_next(request)), expected_answer(request)
    if expected == PAGE:
        return sign_in
    headers = {"HX-Redirect": sign_in.url} if expected == FRAGMENT else None
    return refuse(request, Refusal(401, "not_signed_in", _("Sign in to do this.")), headers)


def safe_next(request: HttpRequest) -> str:
    """Where a form goes back to: only ever a page of this site."""
    headers = request.headers
    for url in (request.POST.get("next"), headers.get("HX-Current-URL"), headers.get("Referer")):
        if url and url_has_allowed_host_and_scheme(
            url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        ):
            return url
    return get_script_prefix()
