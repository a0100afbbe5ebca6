from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("activity/", include("django_activity.urls")),
    path("follow/", include("django_follow.urls")),
    path("views/", include("django_viewcount.urls")),
]
