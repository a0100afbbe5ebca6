from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("login/", views.sign_in, name="login"),
    path("logout/", views.sign_out, name="logout"),
    path("register/", views.register, name="register"),
    path("profile/", views.profile_edit, name="profile_edit"),
    path("people/", views.user_list, name="user_list"),
    path("people/<str:username>/", views.user_detail, name="user_detail"),
]
