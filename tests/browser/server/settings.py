"""The example site as it is, but for what a test must see, or has no time to wait for."""

from __future__ import annotations

from pathlib import Path
from zlib import crc32

import django

import django_follow
from bookmarks.settings import *  # noqa: F403
from bookmarks.settings import DATA_DIR, SECRET_KEY, TEMPLATES

ROOT_URLCONF = "tests.browser.server.urls"
# With ?look=templates/django_follow/base.html the pages of django_follow have the app's own look.
TEMPLATES[0]["DIRS"] = [
    Path(__file__).parent / "templates",
    *TEMPLATES[0]["DIRS"],
    Path(django_follow.__file__).parent,
]
TO_FILES = "django.core.mail.backends.filebased.EmailBackend"
if django.VERSION >= (6, 1):
    MAILERS = {"default": {"BACKEND": TO_FILES, "OPTIONS": {"file_path": DATA_DIR / "mail"}}}
else:
    EMAIL_BACKEND, EMAIL_FILE_PATH = TO_FILES, DATA_DIR / "mail"
# The sites of two workers share one server, and their pictures have the same keys. A copy of a
# site, with the views that it was made with, has its secret.
VIEWCOUNT_KEY_PREFIX = f"vc-{crc32(SECRET_KEY.encode())}"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
