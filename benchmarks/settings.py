from __future__ import annotations

import os

import dj_database_url

DATABASES = {"default": dj_database_url.parse(os.environ["DATABASE_URL"])}
SECRET_KEY = "benchmarks"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django_activity",
    "django_follow",
    "django_viewcount",
    # The peers:
    "friendship",
    "actstream",
    "hitcount",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
# django-friendship has taken `user.following` and `user.followers` for its foreign keys.
FOLLOW_USER_ATTRIBUTES = None
ACTIVITY_FOLLOWEES = "benchmarks.activity.sources.followees"
