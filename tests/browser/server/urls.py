from __future__ import annotations

from functools import partial

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.urls import path
from django.views.defaults import server_error

import images.forms
from bookmarks.urls import handler400, handler403, handler404
from bookmarks.urls import urlpatterns as site_urls
from images.fetching import fetch_picture

__all__ = ["handler400", "handler403", "handler404", "urlpatterns"]

urlpatterns = [
    path("broken/", login_not_required(server_error)),
    path("favicon.ico", login_not_required(lambda request: HttpResponse(status=204))),
    *site_urls,
]

# The other site, whose pictures are bookmarked, is on this machine as well.
images.forms.fetch_picture = partial(fetch_picture, allow_loopback=True)
