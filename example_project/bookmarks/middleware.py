from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.middleware import common, locale
from django.utils.cache import patch_vary_headers

POLICY = "; ".join(
    [
        "default-src 'none'",
        "connect-src 'self'",
        "font-src 'self'",
        "img-src 'self' data:",
        "script-src 'self'",
        "style-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)


def content_security_policy(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Allow scripts, styles and pictures of this site only, and none inside a page."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        # Django's own report of a crash, shown to developers, styles itself inside the page.
        if response.status_code < 500 or not settings.DEBUG:
            response.headers.setdefault("Content-Security-Policy", POLICY)
        return response

    return middleware


class LocaleMiddleware(locale.LocaleMiddleware):
    """Tell caches that the language comes from a cookie, too: Django names only the header."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        response = super().process_response(request, response)
        patch_vary_headers(response, ["Cookie"])
        return response


class CommonMiddleware(common.CommonMiddleware):
    """Append the missing slash where that is a redirect, not an error.

    For a form's POST, Django under DEBUG raises instead; here such an address is not found.
    """

    def should_redirect_with_slash(self, request: HttpRequest) -> bool:
        return request.method in ("GET", "HEAD") and super().should_redirect_with_slash(request)
