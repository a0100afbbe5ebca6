"""Settings of the bookmarks site. What differs between machines comes from the environment:

DATA_DIR, SECRET_KEY, DEBUG, ALLOWED_HOSTS, DATABASE_URL and REDIS_URL; and for a site that is on
the network, what docs/deploy.md lists.
"""

from __future__ import annotations

import os
from pathlib import Path

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from .environment import DEBUG, words
from .mail import *  # noqa: F403
from .secret import secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("DATA_DIR") or BASE_DIR / "data").resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)

if not DEBUG and not os.environ.get("SECRET_KEY"):
    raise ImproperlyConfigured("With DEBUG off, set SECRET_KEY; `openssl rand -hex 32` makes one.")
SECRET_KEY = os.environ.get("SECRET_KEY") or secret_key(DATA_DIR / "secret_key")
ALLOWED_HOSTS = words("ALLOWED_HOSTS")

INSTALLED_APPS = [
    "account",
    "images",
    "django_follow",
    "django_activity",
    "django_viewcount",
    "imagekit",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "bookmarks.health.health",
    "django.middleware.security.SecurityMiddleware",
    "bookmarks.middleware.content_security_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "bookmarks.middleware.LocaleMiddleware",
    "bookmarks.middleware.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "bookmarks.urls"
WSGI_APPLICATION = "bookmarks.wsgi.application"
ASGI_APPLICATION = "bookmarks.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
            ]
        },
    }
]

DATABASES = {"default": dj_database_url.config(default=f"sqlite:///{DATA_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        # A transaction that begins by reading could not wait for its turn to write.
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
elif DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql" and not DEBUG:
    # A pool serves an asynchronous server, too, where every request has a thread of its own.
    size = int(os.environ.get("DATABASE_POOL") or 8)
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
        "min_size": 1,
        "max_size": size,
        "timeout": 5,
    }
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTHENTICATION_BACKENDS = [
    "account.authentication.MemberBackend",
    "account.authentication.EmailBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
ABSOLUTE_URL_OVERRIDES = {
    "auth.user": lambda member: reverse("user_detail", args=[member.username])
}
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "dashboard"

CSRF_FAILURE_VIEW = "bookmarks.pages.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # files apart: bookmarks.pictures limits those
DATA_UPLOAD_MAX_NUMBER_FILES = 5

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("es", "Español"),
    ("zh-hans", "简体中文"),
    ("zh-hant", "繁體中文"),
]
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = not DEBUG
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = os.environ.get("STATIC_ROOT") or BASE_DIR / "static_collected"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "media/"
MEDIA_ROOT = DATA_DIR / "media"

IMAGEKIT_CACHEFILE_DIR = "thumbnails"
# Thumbnails are made when a picture is saved, and no page looks whether they are there.
IMAGEKIT_DEFAULT_CACHEFILE_STRATEGY = "imagekit.cachefiles.strategies.Optimistic"
IMAGEKIT_CACHE_BACKEND = "nowhere"  # it would not forget the thumbnails of deleted pictures
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "nowhere": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
}

FOLLOW_REQUIRES_APPROVAL = "account.privacy.asks_first"
FOLLOW_LIST_VISIBILITY = "account.privacy.may_see_list"
FOLLOW_MAX_FOLLOWING = 5000

ACTIVITY_FOLLOWEES = "wiring.followees"
ACTIVITY_EXCLUDED = "wiring.muted"
ACTIVITY_QUERYSET = "wiring.public"
ACTIVITY_VISIBLE = "wiring.visible"
ACTIVITY_ON_TARGET_DELETE = {"images.Image": "cascade"}
ACTIVITY_ACTOR_SELECT_RELATED = ("profile",)
ACTIVITY_PREFETCH = {"images.image": "wiring.pictures", "auth.user": "wiring.people"}
VIEWCOUNT_REDIS_URL = os.environ.get("REDIS_URL") or None

# How many proxies stand in front, or their networks. They must set X-Forwarded-For and -Proto.
proxies = os.environ.get("TRUSTED_PROXIES") or "0"
VIEWCOUNT_TRUSTED_PROXIES = int(proxies) if proxies.isdecimal() else words("TRUSTED_PROXIES")
if VIEWCOUNT_TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_TRUSTED_ORIGINS = words("CSRF_TRUSTED_ORIGINS")

if not DEBUG:
    from .production import *  # noqa: F403

    # Right below SecurityMiddleware, whose headers and redirect are for static files, too.
    MIDDLEWARE.insert(
        MIDDLEWARE.index("django.middleware.security.SecurityMiddleware") + 1,
        "whitenoise.middleware.WhiteNoiseMiddleware",
    )
