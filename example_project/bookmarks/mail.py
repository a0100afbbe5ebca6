"""Settings for messages: they go to a server, and while developing to the console."""

from __future__ import annotations

import os

import django

from .environment import DEBUG, flag

DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL") or "bookmarks@localhost"

smtp = {
    "host": os.environ.get("EMAIL_HOST") or "localhost",
    "port": int(os.environ.get("EMAIL_PORT") or 587),
    "username": os.environ.get("EMAIL_HOST_USER") or "",
    "password": os.environ.get("EMAIL_HOST_PASSWORD") or "",
    "use_tls": flag("EMAIL_USE_TLS", "1"),
    "timeout": 10,
}
to_console = DEBUG and not os.environ.get("EMAIL_HOST")
backend = f"django.core.mail.backends.{'console' if to_console else 'smtp'}.EmailBackend"

if django.VERSION >= (6, 1):
    MAILERS = {"default": {"BACKEND": backend, "OPTIONS": {} if to_console else smtp}}
else:
    EMAIL_BACKEND, EMAIL_HOST, EMAIL_PORT = backend, smtp["host"], smtp["port"]
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = smtp["username"], smtp["password"]
    EMAIL_USE_TLS, EMAIL_TIMEOUT = smtp["use_tls"], smtp["timeout"]
