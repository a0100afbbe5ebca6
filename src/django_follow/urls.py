from __future__ import annotations

from django.urls import path

from . import pages, views

app_name = "django_follow"
urlpatterns = [
    path("", views.follow_view, name="follow"),
    path("followers/<str:pk>/", pages.Followers.as_view(), name="followers"),
    path("following/<str:pk>/", pages.Following.as_view(), name="following"),
    path("requests/", pages.Requests.as_view(), name="requests"),
    path("requests/sent/", pages.SentRequests.as_view(), name="requests_sent"),
    path("blocked/", pages.Blocked.as_view(), name="blocked"),
    path("muted/", pages.Muted.as_view(), name="muted"),
    path("suggestions/", pages.Suggestions.as_view(), name="suggestions"),
]
