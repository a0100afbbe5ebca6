"""Streams for programs, as ActivityStreams 2.0 and as feeds, and how far a user has read.

Nothing is served unless the project includes `django_activity.urls`. Every refusal is JSON with a
stable `code` and a `message`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeAlias

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from . import syndication
from .activitystreams import CONTENT_TYPE, collection, collection_page, stream_address
from .answers import Refusal, conditional, refuse
from .api import advance_marker, stream_marker
from .conf import settings
from .exceptions import InvalidCursor, StaleMarker
from .models import StreamMarker
from .requested import (
    DEFAULT_PAGE_SIZE,
    bad_cursor,
    find_actor,
    find_target,
    page_parameters,
    requested_page,
    viewer_of,
)
from .streams import Stream, actor_stream, home_stream, public_stream, target_stream

View: TypeAlias = Callable[..., HttpResponse]
READ = ("GET", "HEAD")


def _endpoint(*methods: str) -> Callable[[View], View]:
    """Answer refusals with JSON, and let guests in: a program must get 401, no sign-in page."""

    def decorate(view: View) -> View:
        @login_not_required
        @wraps(view)
        def endpoint(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            try:
                if request.method not in methods:
                    allowed = ", ".join(methods)
                    reason = _("This address only takes %(methods)s.") % {"methods": allowed}
                    refusal = Refusal(405, "bad_method", reason)
                    return refuse(refusal, {"Allow": allowed})
                return view(request, **kwargs)
            except Refusal as refusal:
                return refuse(refusal)
            except Http404 as error:
                return refuse(Refusal(404, "not_found", str(error)))

        return endpoint

    return decorate


@_endpoint(*READ)
def public(request: HttpRequest) -> HttpResponse:
    """Everything done in public.

    This and every other stream takes `size` (1 to 200), `before` and `after` (cursors), and answers
    an OrderedCollection, or the OrderedCollectionPage that these ask for, with a Link header and an
    ETag. 400 for a parameter, 404 for an address that there is not. Costs what `page()` does.
    """
    return _answer(request, public_stream(viewer=viewer_of(request)))


@_endpoint(*READ)
def actor(request: HttpRequest, pk: str) -> HttpResponse:
    """What one user did in public."""
    return _answer(request, actor_stream(find_actor(pk), viewer=viewer_of(request)))


@_endpoint(*READ)
def target(request: HttpRequest, app_label: str, model: str, pk: str) -> HttpResponse:
    """What was done in public at one object of a model that ACTIVITY_EXPOSED_TARGETS names."""
    item = find_target(app_label, model, pk)
    return _answer(request, target_stream(item, viewer=viewer_of(request)))


@_endpoint(*READ)
def home(request: HttpRequest) -> HttpResponse:
    """The home stream of the user who is signed in; 401 for a guest."""
    return _answer(request, _home_of(_signed_in(request)))


def _home_of(user: Any) -> Stream:
    actor = settings.actor_for(user)
    if actor is None or settings.followees is None:
        raise Http404(_("There is no such stream."))
    return home_stream(actor)


STREAMS: dict[str, Callable[[Any], Stream]] = {
    "home": _home_of,
    "public": lambda user: public_stream(viewer=user),
}


@csrf_exempt  # checked below, so that a program is told in JSON
@_endpoint(*READ, "POST")
def marker(
    request: HttpRequest, stream: str, streams: Mapping[str, Callable[[Any], Stream]] = STREAMS
) -> HttpResponse:
    """How far the user who is signed in has read a stream; POST says that they have read on.

    `streams` are those that there are markers of: functions from a user to a stream, by name. POST
    takes `cursor`, and perhaps `version`: then the marker must not have been moved since. Answers
    `stream`, `cursor`, `version`, and `unseen`, the number of newer actions, counted to 100. 400
    for a parameter, 401 for a guest, 403 without the CSRF token, 404 for a stream, 409 with the
    marker as it is for an old version. GET costs two queries, POST one or two more.
    """
    user = _signed_in(request)
    if stream not in streams:
        raise Http404(_("There is no such stream."))
    read = streams[stream](user)
    if request.method != "POST":
        return _private(JsonResponse(_state(stream_marker(user, stream), read)))
    _require_csrf_token(request)
    cursor, version = request.POST.get("cursor", ""), request.POST.get("version") or None
    if not cursor:
        raise bad_cursor()
    if version is not None and not (version.isascii() and version.isdigit() and len(version) < 19):
        raise Refusal(400, "bad_version", _("version must be a number."))
    try:
        moved = advance_marker(
            user, stream, cursor, version=None if version is None else int(version)
        )
    except InvalidCursor as error:
        raise bad_cursor() from error
    except StaleMarker as error:
        reason = _("The marker was moved meanwhile. Read it again.")
        now = _state(stream_marker(user, stream), read)
        raise Refusal(409, error.code, reason, marker=now) from error
    return _private(JsonResponse(_state(moved, read)))


def _state(marker: StreamMarker, stream: Stream) -> dict[str, Any]:
    return {
        "stream": marker.stream,
        "cursor": marker.cursor or None,
        "version": marker.version,
        "unseen": marker.unseen(stream),
    }


class _CsrfCheck(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason


def _require_csrf_token(request: HttpRequest) -> None:
    def checked(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    check = _CsrfCheck(checked)
    check.process_request(request)
    if check.process_view(request, checked, (), {}):
        reason = _("The CSRF token is missing or wrong. Reload the page and try again.")
        raise Refusal(403, "csrf_failed", reason)


def _signed_in(request: HttpRequest) -> Any:
    user = viewer_of(request)
    if user is None:
        raise Refusal(401, "not_signed_in", _("Sign in to read this."))
    return user


def _answer(request: HttpRequest, stream: Stream) -> HttpResponse:
    page, parameters = requested_page(request, stream), page_parameters(request)
    if parameters:
        document = collection_page(page, request, **parameters)
    else:
        document = collection(page, request, DEFAULT_PAGE_SIZE)
    response = JsonResponse(document, content_type=CONTENT_TYPE)
    size = {"size": parameters["size"]} if "size" in parameters else {}
    if links := page.link_header(stream_address(request), **size):
        response.headers["Link"] = links
    if viewer_of(request) is None:
        patch_cache_control(response, no_cache=True)
    else:
        _private(response)
    return conditional(request, response)


def _private(response: HttpResponse) -> HttpResponse:
    # Ask again each time: with an ETag that is cheap.
    patch_cache_control(response, private=True, no_cache=True)
    return response


def _feed(feed: syndication.ActionFeed) -> View:
    @_endpoint(*READ)
    def view(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return feed(request, **kwargs)

    return view


public_rss = _feed(syndication.PublicFeed())
public_atom = _feed(syndication.PublicAtomFeed())
actor_rss = _feed(syndication.ActorFeed())
actor_atom = _feed(syndication.ActorAtomFeed())
target_rss = _feed(syndication.TargetFeed())
target_atom = _feed(syndication.TargetAtomFeed())
