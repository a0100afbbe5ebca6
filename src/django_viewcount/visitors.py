from __future__ import annotations

import re
from enum import Enum

from django.http import HttpRequest

# Browsers and link previews that fetch a page before, or without, showing it say so in one of
# these: Chrome and Edge, older Chrome, Safari, older Firefox.
PREFETCH_HEADERS = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
PREFETCH_WORDS = re.compile(r"\b(prefetch|prerender|preview)\b", re.IGNORECASE)


class Reason(str, Enum):
    """Why a request was counted as a view, or was not."""

    COUNTED = "counted"
    METHOD = "method"
    PREFETCH = "prefetch"
    UNAVAILABLE = "unavailable"

    def __str__(self) -> str:
        return self.value


def refusal(request: HttpRequest) -> Reason | None:
    """Return why this request is no view, or None if it is one. Costs no I/O.

    Only GET shows a page to somebody: HEAD carries none, and other methods act upon it.
    """
    if request.method != "GET":
        return Reason.METHOD
    if any(PREFETCH_WORDS.search(request.headers.get(name, "")) for name in PREFETCH_HEADERS):
        return Reason.PREFETCH
    return None
