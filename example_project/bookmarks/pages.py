"""What every page of the site shares: refusing a request readably, and turning pages of a list."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.core.exceptions import SuspiciousFileOperation
from django.core.paginator import InvalidPage, Page, Paginator
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.static import serve

P = ParamSpec("P")
_Model = TypeVar("_Model", bound=Model)

TITLES = {
    400: gettext_lazy("That did not work"),
    401: gettext_lazy("Please sign in"),
    403: gettext_lazy("That is not allowed"),
    404: gettext_lazy("There is nothing here"),
    405: gettext_lazy("That address works differently"),
}


class MemberRequest(HttpRequest):
    """A request to a page that only members reach."""

    user: User


class Refusal(Exception):
    """The request cannot be carried out; carries the status and the reason, for people."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


def page(*methods: str) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., Any]]:
    """Decorate a view: only these methods reach it, and what it refuses becomes a readable page.

    Without it Django would answer 405 with an empty page, and 404 with a technical one while
    DEBUG is on.
    """
    allowed = (*methods, "HEAD") if "GET" in methods else methods

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                if request.method not in allowed:
                    raise Refusal(
                        405,
                        _("This address only takes %(methods)s.") % {"methods": ", ".join(methods)},
                    )
                return view(request, *args, **kwargs)
            except Refusal as refusal:
                response = refuse(request, refusal.status, refusal.message)
            except Http404:
                response = refuse(request, 404, _("This page does not exist, or not any more."))
            if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
                response["Allow"] = ", ".join(allowed)
            return response

        return wrapper

    return decorate


def refuse(request: HttpRequest, status: int, message: str) -> HttpResponse:
    """Answer with the reason, as JSON for a script or as a page for a person."""
    if wants_json(request):
        return JsonResponse({"status": "error", "message": message}, status=status)
    context = {"title": str(TITLES[status]), "message": message, "status": status}
    return render(request, "error.html", context, status=status)


def wants_json(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def safe_next(request: HttpRequest, default: str) -> str:
    """Where a form goes back to: only ever a page of this site."""
    url = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return url if is_ours else default


def turn_page(request: HttpRequest, queryset: QuerySet[_Model], size: int) -> Page[_Model]:
    """The part of a list that `?page=` asks for. Costs two queries."""
    wanted = request.GET.get("page", "1")
    try:
        return Paginator(queryset, size).page(wanted)
    except InvalidPage:
        raise Refusal(404, _("This list has no such page. Its first page is number 1.")) from None


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refuse(request, 400, _("The request is not one that this site understands."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refuse(request, 403, _("You may not do that."))


@login_not_required
@page("GET", "POST")
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return refuse(request, 404, _("This page does not exist, or not any more."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return refuse(
        request,
        403,
        _(
            "The form was not sent from a page of this site, or that page is too old. "
            "Go back, reload the page and try again; cookies must be allowed."
        ),
    )


@login_not_required
@page("GET")
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """An uploaded file. Whatever it holds, a browser runs nothing of it."""
    try:
        response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    except (OSError, SuspiciousFileOperation):  # a name that no file can have, or none of ours
        raise Http404 from None
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
