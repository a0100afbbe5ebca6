from __future__ import annotations

from django.urls import path

from . import views

app_name = "django_follow"
urlpatterns = [path("", views.follow_view, name="follow")]
