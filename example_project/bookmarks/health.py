"""Whether the site can do its work, for a load balancer or a container's health check."""

from __future__ import annotations

from collections.abc import Callable

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase

PATH = "/health/"


def health(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer PATH: 200 if the database answers, else 503. Costs one query.

    First of all middleware, for those who ask know no host name, speak no HTTPS and do not
    sign in.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        return report() if request.path_info == PATH else get_response(request)

    return middleware


def report() -> HttpResponse:
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return HttpResponse(
            "The database does not answer.\n", "text/plain", status=503, headers=headers
        )
    return HttpResponse("OK\n", "text/plain", headers=headers)
