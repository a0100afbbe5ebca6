"""What the addresses for beacons are asked, and how they refuse."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _

from .exceptions import InvalidBeacon
from .recording import check_token
from .signing import unsign
from .targets import Target

MAX_BODY = 64 * 1024
MAX_ITEMS = 100


class Refusal(Exception):
    """The request cannot be carried out; carries the status, a stable code and the reason."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def check(request: HttpRequest) -> None:
    """Refuse what is no POST, too large, or cut off."""
    if request.method != "POST":
        raise Refusal(405, "post_required", _("This address only takes POST."))
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)  # none if it comes in chunks
        too_large = length > MAX_BODY or len(request.body) > MAX_BODY
    except RequestDataTooBig:
        too_large = True
    except (ValueError, UnreadablePostError) as error:
        raise malformed() from error
    if too_large:
        raise Refusal(413, "too_large", _("Send less than 64 kilobytes."))


def malformed() -> Refusal:
    return Refusal(400, "malformed", _("This cannot be read. Send a form in UTF-8."))


def read_form(request: HttpRequest) -> tuple[Target, str | None]:
    try:
        form = request.POST
    except (BadRequest, MultiPartParserError, SuspiciousOperation) as error:
        raise malformed() from error
    return checked_target(form.get("target")), checked_token(form.get("token"))


def read_items(request: HttpRequest) -> list[tuple[Target, str | None] | Refusal]:
    """What a batch is of, each or what is wrong with it."""
    try:
        body = json.loads(request.body)
        items: Any = body["views"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        text = _('Send JSON of the form {"views": [{"target": "…", "token": "…"}]}.')
        raise Refusal(400, "invalid_json", text) from error
    if not isinstance(items, list) or len(items) > MAX_ITEMS:
        raise Refusal(400, "too_many", _("Send a list of at most 100 views."))
    return [read_item(item) for item in items]


def read_item(item: Any) -> tuple[Target, str | None] | Refusal:
    found = item if isinstance(item, dict) else {}
    try:
        return checked_target(found.get("target")), checked_token(found.get("token"))
    except Refusal as refusal:
        return refusal


def checked_target(text: Any) -> Target:
    if not isinstance(text, str) or not text:
        raise Refusal(400, "target_required", _('Send what was signed as "target".'))
    try:
        return unsign(text)
    except InvalidBeacon as error:
        raise Refusal(403, error.code, str(error)) from error


def checked_token(value: Any) -> str | None:
    if value is None or value == "":
        return None
    try:
        return check_token(value)
    except (TypeError, ValueError) as error:
        raise Refusal(
            400, "invalid_token", _("A token is text of at most 64 characters.")
        ) from error


def refuse(refusal: Refusal) -> HttpResponse:
    body = {"status": "error", "code": refusal.code, "message": refusal.message}
    headers = {"Allow": "POST"} if refusal.status == 405 else None
    return JsonResponse(body, status=refusal.status, headers=headers)
