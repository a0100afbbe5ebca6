from __future__ import annotations

from django.urls import path

from . import views

app_name = "django_viewcount"
urlpatterns = [
    path("", views.beacon_view, name="beacon"),
    path("batch/", views.batch_view, name="batch"),
]
