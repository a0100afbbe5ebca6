"""Streams as ActivityStreams 2.0 (https://www.w3.org/TR/activitystreams-core/).

Of an actor or an object only type, id, name and url are told, and of an action not its data.
"""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import quote, urlencode

from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.utils.encoding import escape_uri_path
from django.utils.html import escape
from django.utils.timezone import is_naive, make_aware

from . import verbs
from .conf import settings
from .paging import Page
from .rendering import fetched, has, is_gone, name_of, sentence, url_of

__all__ = ["CONTENT_TYPE", "activity", "collection", "collection_page"]

CONTENT_TYPE = "application/activity+json"
CONTEXT = "https://www.w3.org/ns/activitystreams"


def collection(page: Page, request: HttpRequest, size: int) -> dict[str, Any]:
    """The stream at the address of the request as an OrderedCollection, with its first page in it.

    `page` is the newest page of the stream, of up to `size` actions. Costs no query.
    """
    return {
        "@context": CONTEXT,
        "id": stream_address(request),
        "type": "OrderedCollection",
        "first": _page(page, request, {"size": str(size)}),
    }


def collection_page(page: Page, request: HttpRequest, **parameters: str) -> dict[str, Any]:
    """One page of it as an OrderedCollectionPage, with the addresses of its neighbours.

    `parameters` are those of "size", "before" and "after" that the page was asked for with. Costs
    no query.
    """
    return {"@context": CONTEXT, **_page(page, request, parameters)}


def activity(action: Any, request: HttpRequest) -> dict[str, Any]:
    """One action as an activity; the request tells the site's address. Costs no query.

    The action object is the "object" and the target the "target" of the activity; the target of an
    action without an action object is the "object". What is gone is a Tombstone. The summary is
    HTML, as the standard has it: the sentence, escaped.
    """
    roles = [role for role in ("action_object", "target") if has(action, role)]
    parts = dict(zip(("object", "target"), roles, strict=False))
    return {
        "id": action_uri(action),
        "type": verbs.get(action.verb).as2_type or "Activity",
        "actor": _object(action, "actor", request),
        **{name: _object(action, role, request) for name, role in parts.items()},
        "published": _aware(action.created).isoformat(),
        "summary": str(escape(sentence(action))),
    }


def action_uri(action: Any) -> str:
    """A name of the action for the whole world, whatever address the site moves to."""
    label, created = action._meta.label_lower, _aware(action.created).timestamp()
    return uuid.uuid5(uuid.NAMESPACE_OID, f"{label} {action.pk} {created:.6f}").urn


def stream_address(request: HttpRequest, **parameters: str) -> str:
    """The absolute address that the request asks for, with these parameters instead of its own."""
    url = request.build_absolute_uri(escape_uri_path(request.path))
    return f"{url}?{urlencode(parameters)}" if parameters else url


def _page(page: Page, request: HttpRequest, parameters: dict[str, str]) -> dict[str, Any]:
    size = {"size": parameters["size"]} if "size" in parameters else {}
    document: dict[str, Any] = {
        "id": stream_address(request, **parameters),
        "type": "OrderedCollectionPage",
        "partOf": stream_address(request),
        "orderedItems": [activity(action, request) for action in page.actions],
    }
    if page.next_cursor:
        document["next"] = stream_address(request, **size, before=page.next_cursor)
    if page.prev_cursor:
        document["prev"] = stream_address(request, **size, after=page.prev_cursor)
    return document


def _object(action: Any, role: str, request: HttpRequest) -> dict[str, Any]:
    item, name = fetched(action, role), name_of(action, role)
    if item is None:
        system = role == "actor" and not is_gone(action, role)
        kind = "Application" if system else "Tombstone" if is_gone(action, role) else "Object"
        return {"type": kind, "name": name}
    url = url_of(item)
    if url:
        url = request.build_absolute_uri(url)
        return {"type": _type(item), "id": url, "name": name, "url": url}
    # Without a page of its own, it is a place on the site's.
    fragment = f"#{item._meta.label_lower}.{quote(str(item.pk), safe='')}"
    return {"type": _type(item), "id": request.build_absolute_uri("/") + fragment, "name": name}


def _type(item: Any) -> str:
    default = "Person" if isinstance(item, get_user_model()) else "Object"
    return settings.as2_type_for(item._meta.label_lower) or default


def _aware(created: Any) -> Any:
    return make_aware(created) if is_naive(created) else created
