"""How a client is answered: with JSON, also when it is refused."""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import get_conditional_response
from django.utils.functional import Promise
from django.utils.http import quote_etag


class Refusal(Exception):
    """The request cannot be carried out; carries the status, a stable code and the reason."""

    def __init__(self, status: int, code: str, message: str | Promise, **extra: Any) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.extra = status, code, str(message), extra


def refuse(refusal: Refusal, headers: dict[str, str] | None = None) -> HttpResponse:
    """The JSON that says why."""
    body = {"status": "error", "code": refusal.code, "message": refusal.message, **refusal.extra}
    return JsonResponse(body, status=refusal.status, headers=headers)


def conditional(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Give the response an ETag, or 304 to a client that has this very answer already.

    The tag is of all that was said and not of the newest action only, so that what was retracted
    does not stay in anybody's copy.
    """
    digest = hashlib.sha256(response.content).hexdigest()[:32]
    response.headers["ETag"] = etag = quote_etag(digest)
    return get_conditional_response(request, etag=etag, response=response) or response
