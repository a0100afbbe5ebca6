from __future__ import annotations

from django.urls import path

from . import views

app_name = "images"
urlpatterns = [
    path("", views.image_list, name="list"),
    path("new/", views.create, name="create"),
    path("like/", views.like, name="like"),
    path("ranking/", views.ranking, name="ranking"),
    path("mine/", views.mine, name="mine"),
    path("<int:pk>/delete/", views.delete, name="delete"),
    path("<int:pk>/<slug:slug>/", views.detail, name="detail"),
]
