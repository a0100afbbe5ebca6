from __future__ import annotations

from typing import Any

from django.test import override_settings

from django_viewcount.backends import get_backend
from django_viewcount.conf import Settings, settings


def values() -> dict[str, Any]:
    return {
        name: getattr(settings, name)
        for name, value in vars(Settings).items()
        if isinstance(value, property)
    }


def test_defaults() -> None:
    assert values() == {
        "backend": "django_viewcount.backends.database.DatabaseBackend",
        "redis_url": None,
        "timeout": 0.1,
        "key_prefix": "vc",
    }


def test_read_on_access_with_nested_overrides() -> None:
    with override_settings(VIEWCOUNT_REDIS_URL="redis://a", VIEWCOUNT_TIMEOUT=1):
        with override_settings(VIEWCOUNT_REDIS_URL="redis://b", VIEWCOUNT_KEY_PREFIX="x"):
            assert values() == {
                "backend": "django_viewcount.backends.redis.RedisBackend",
                "redis_url": "redis://b",
                "timeout": 1,
                "key_prefix": "x",
            }
        assert (settings.redis_url, settings.timeout, settings.key_prefix) == ("redis://a", 1, "vc")
    assert settings.redis_url is None


def test_backend_follows_the_settings() -> None:
    def name() -> str:
        return type(get_backend()).__name__

    assert name() == "DatabaseBackend"
    with override_settings(VIEWCOUNT_REDIS_URL="redis://localhost"):
        assert name() == "RedisBackend"
        dummy = "django_viewcount.backends.dummy.DummyBackend"
        with override_settings(VIEWCOUNT_BACKEND=dummy):
            assert name() == "DummyBackend"
            assert get_backend() is get_backend()
        assert name() == "RedisBackend"
    assert name() == "DatabaseBackend"
