from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path

from account.urls import urlpatterns as account_urls

from . import pages

urlpatterns = [
    *account_urls,
    path("images/", include("images.urls")),
    path("follow/", include("django_follow.urls")),
    path("admin/", admin.site.urls),
]
if settings.DEBUG:
    urlpatterns += [path("media/<path:path>", pages.media)]
# With the slash, so that APPEND_SLASH still repairs the addresses that lack it.
urlpatterns += [re_path(r"^.*/$", pages.not_found)]

handler400 = "bookmarks.pages.bad_request"
handler403 = "bookmarks.pages.forbidden"
handler404 = "bookmarks.pages.not_found"
