from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path, re_path
from django.views.i18n import set_language

from account.urls import urlpatterns as account_urls

from . import pages

urlpatterns = [
    *account_urls,
    path("images/", include("images.urls")),
    path("follow/", include("django_follow.urls")),
    path("activity/", include("django_activity.urls")),
    path("views/", include("django_viewcount.urls")),
    path("language/", login_not_required(pages.page("POST")(set_language)), name="set_language"),
    path("admin/", admin.site.urls),
    path("media/<path:path>", pages.media),
    # With the slash, so that APPEND_SLASH still repairs the addresses that lack it.
    re_path(r"^.*/$", pages.not_found),
]

handler400 = "bookmarks.pages.bad_request"
handler403 = "bookmarks.pages.forbidden"
handler404 = "bookmarks.pages.not_found"
