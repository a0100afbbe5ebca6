from __future__ import annotations

import os
import sys
from pathlib import Path

import dj_database_url

sys.path.insert(0, str(Path(__file__).parent))  # testapp and users are named as a project would

DATABASE_URL = os.environ.get("DATABASE_URL", "sqlite://:memory:")
if DATABASE_URL.startswith("mysql"):
    # PyMySQL needs no compiler; it speaks for the version of mysqlclient that Django asks for.
    import pymysql

    pymysql.version_info = (2, 2, 8, "final", 0)
    pymysql.install_as_MySQLdb()

DATABASES = {"default": dj_database_url.parse(DATABASE_URL)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Threads of one test cannot share a database in memory.
    DATABASES["default"]["TEST"] = {
        "NAME": str(Path(os.environ.get("TMPDIR", "/tmp")) / f"timehut-{os.getpid()}.sqlite3")
    }
    DATABASES["default"]["OPTIONS"] = {"timeout": 30, "transaction_mode": "IMMEDIATE"}
DATABASES["other"] = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_activity",
    "django_follow",
    "django_viewcount",
    "testapp",
    "users",
]
INSTALLED_APPS = [
    app for app in INSTALLED_APPS if app not in os.environ.get("TEST_WITHOUT", "").split(",")
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = os.environ.get("TEST_USER_MODEL", "auth.User")
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ROOT_URLCONF = "tests.urls"
SECRET_KEY = "only for tests"
STATIC_URL = "static/"
USE_TZ = True

ACTIVITY_FOLLOWEES = "testapp.followees.followees"
