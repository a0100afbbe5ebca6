"""Who looks, and does it count?"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.http import HttpRequest

from .addresses import client_address, host_part, network_part
from .backends.base import Visitor
from .clock import site_day, start_of_day
from .conf import settings
from .exclusions import exclusion, owner_field
from .reasons import Reason
from .robots import is_robot, user_agent_of, why_robot
from .salts import day_key
from .users import signed_in_user

# Browsers and scripts that fetch a page before, or without, showing it say so in one of these:
# Chrome and Edge, older Chrome, Safari, older Firefox, Turbo.
PREFETCH_HEADERS = {
    "HTTP_SEC_PURPOSE": "Sec-Purpose",
    "HTTP_PURPOSE": "Purpose",
    "HTTP_X_PURPOSE": "X-Purpose",
    "HTTP_X_MOZ": "X-Moz",
    "HTTP_X_SEC_PURPOSE": "X-Sec-Purpose",
}
PREFETCH_WORDS = re.compile(r"\b(prefetch|prerender|preview)\b", re.IGNORECASE)
OPT_OUT_HEADERS = {"HTTP_DNT": "DNT", "HTTP_SEC_GPC": "Sec-GPC"}
DAY = timedelta(days=1)

OTHER_DETAILS = {
    Reason.COUNTED: "Nothing speaks against it.",
    Reason.BUFFERED: "It waits in this process until Redis answers again.",
    Reason.COOLDOWN: "The visitor has viewed this object within VIEWCOUNT_COOLDOWN.",
    Reason.NETWORK_LIMIT: "The visitor's network has reached VIEWCOUNT_NETWORK_LIMIT this hour.",
    Reason.REPEATED: "A view with this token was counted before.",
    Reason.UNAVAILABLE: "The place where views are kept does not answer.",
}


def refusal(
    request: HttpRequest, obj: models.Model | None, *, beacon: bool = False
) -> Reason | None:
    """Return why a request is no view of an object, or None if it is one.

    A `beacon` tells of a page that was shown before: method and headers of its own say nothing.
    `obj` is None where it was not fetched; its owner is not looked for then.

    Costs no I/O, unless VIEWCOUNT_EXCLUDE or VIEWCOUNT_OWNER_FIELD ask about users: then the user
    of a request that carries a session cookie is fetched, which adds `Vary: Cookie` to its response
    (see `signed_in_user()`). Rules about groups cost one query more per request.
    """
    meta = request.META
    if not beacon:
        if request.method != "GET":
            return Reason.METHOD
        if not meta.keys().isdisjoint(PREFETCH_HEADERS) and _prefetch_header(meta):
            return Reason.PREFETCH
    if not meta.keys().isdisjoint(OPT_OUT_HEADERS) and _opt_out_header(meta):
        return Reason.OPT_OUT
    if is_robot(request):
        return Reason.ROBOT
    if exclusion(request, obj) is not None:
        return Reason.EXCLUDED
    if owner_field(request, obj) is not None:
        return Reason.OWNER
    return None


def detail(reason: Reason, request: HttpRequest, obj: models.Model | None) -> str:
    """Say in a sentence what has led to a reason. Costs what `refusal()` does."""
    meta = request.META
    if reason is Reason.METHOD:
        return f"The method is {request.method}: only GET shows a page to somebody."
    if reason is Reason.PREFETCH:
        return f"The header {_prefetch_header(meta)} says that the page is not shown now."
    if reason is Reason.OPT_OUT:
        return f"The header {_opt_out_header(meta)} asks not to be followed."
    if reason is Reason.ROBOT:
        return why_robot(request)
    if reason is Reason.EXCLUDED:
        return f'The rule "{exclusion(request, obj)}" of VIEWCOUNT_EXCLUDE applies.'
    if reason is Reason.OWNER:
        return f'The field "{owner_field(request, obj)}" names the user as the owner.'
    return OTHER_DETAILS[reason]


def visitor_of(request: HttpRequest, at: datetime, alias: str) -> Visitor:
    """Return who sends a request, as hashes that change each day.

    That is, whichever is there first: what VIEWCOUNT_VISITOR answers, the user if signed in and
    known without a query, or address (IPv6: its /64) with user agent and host. `at` is aware;
    `alias` is the database that views end up in. Costs what `day_key()` does. Raises
    BackendUnavailable.
    """
    address = client_address(request.META)
    domain, data = _identity(request, address)
    return _visitor(domain, data, network_part(address), at, alias)


def visitor_from(text: str, at: datetime, alias: str) -> Visitor:
    """Return the visitor whom a text tells apart; the same as if VIEWCOUNT_VISITOR had answered it.

    The network is not known, so each visitor has one of their own. Costs and raises as
    `visitor_of()`.
    """
    return _visitor("text", _encoded(text), b"", at, alias)


def _prefetch_header(meta: dict[str, Any]) -> str | None:
    for key, name in PREFETCH_HEADERS.items():
        if (value := meta.get(key)) and PREFETCH_WORDS.search(value):
            return f'{name}: "{value}"'
    return None


def _opt_out_header(meta: dict[str, Any]) -> str | None:
    for key, name in OPT_OUT_HEADERS.items():
        if meta.get(key) == "1" and settings.respect_opt_out:
            return f"{name}: 1"
    return None


def _identity(request: HttpRequest, address: bytes) -> tuple[str, bytes]:
    ask = settings.visitor
    if ask is not None and (text := ask(request)):
        return "text", _encoded(text)
    user = signed_in_user(request)
    if user is not None and (key := getattr(user, "pk", None)) is not None:
        options = getattr(user, "_meta", None)
        kind = type(user).__qualname__ if options is None else options.concrete_model._meta.label
        return "user", _encoded(f"{kind} {key}")
    host = request.META.get("HTTP_HOST", "")
    return "address", _encoded(f"{host}\n{user_agent_of(request)}\n") + host_part(address)


def _encoded(text: Any) -> bytes:
    return str(text).encode("utf-8", "surrogatepass")


def _visitor(domain: str, data: bytes, network: bytes, at: datetime, alias: str) -> Visitor:
    day = site_day(at)
    key = day_key(day, alias)
    today = key.hash(domain, data)
    previous = None
    cooldown = settings.cooldown
    if cooldown and at.timestamp() - start_of_day(day).timestamp() < cooldown:
        previous = day_key(day - DAY, alias).hash(domain, data)
    return Visitor(today, previous, key.hash("network", network) if network else today)
