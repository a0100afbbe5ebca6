from __future__ import annotations

from django.urls import path

from . import views

TARGET = "targets/<str:app_label>/<str:model>/<str:pk>/"

app_name = "django_activity"
urlpatterns = [
    path("public/", views.public, name="public"),
    path("public/rss/", views.public_rss, name="public_rss"),
    path("public/atom/", views.public_atom, name="public_atom"),
    path("actors/<str:pk>/", views.actor, name="actor"),
    path("actors/<str:pk>/rss/", views.actor_rss, name="actor_rss"),
    path("actors/<str:pk>/atom/", views.actor_atom, name="actor_atom"),
    path(TARGET, views.target, name="target"),
    path(f"{TARGET}rss/", views.target_rss, name="target_rss"),
    path(f"{TARGET}atom/", views.target_atom, name="target_atom"),
    path("home/", views.home, name="home"),
    path("markers/<str:stream>/", views.marker, name="marker"),
]
