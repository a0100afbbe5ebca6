from __future__ import annotations

from django.urls import path

from . import exchange, registration, views

RESET = "password/reset/<uidb64>/<token>/"

urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("you/", views.dashboard, {"name": "about"}, name="about"),
    path("news/around/", views.news, {"name": "around"}, name="news_around"),
    path("news/about/", views.news, {"name": "about"}, name="news_about"),
    path("login/", registration.sign_in, name="login"),
    path("logout/", registration.sign_out, name="logout"),
    path("register/", registration.register, name="register"),
    path("password/", registration.password_change, name="password_change"),
    path("password/reset/", registration.password_reset, name="password_reset"),
    path("password/reset/sent/", registration.password_reset_done, name="password_reset_done"),
    path(RESET, registration.password_reset_confirm, name="password_reset_confirm"),
    path("profile/", views.profile_edit, name="profile_edit"),
    path("profile/lists/", exchange.lists, name="lists"),
    path("profile/lists/<str:kind>.csv", exchange.export_list, name="export_list"),
    path("people/", views.user_list, name="user_list"),
    path("people/<str:username>/", views.user_detail, name="user_detail"),
]
