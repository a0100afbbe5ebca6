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


DEFAULTS = {
    "backend": "django_viewcount.backends.database.DatabaseBackend",
    "beacon_max_age": 604_800,
    "buffer_size": 10_000,
    "cooldown": 0,
    "count_robots": True,
    "counters": (),
    "exclude": (),
    "half_life": 6,
    "is_robot": None,
    "key_prefix": "vc",
    "milestones": (100, 1_000, 10_000, 100_000, 1_000_000),
    "models": (),
    "network_limit": None,
    "owner_field": None,
    "ranking_max_age": 60,
    "ranking_size": 100_000,
    "redis_cluster": False,
    "redis_sentinel": None,
    "redis_url": None,
    "respect_opt_out": False,
    "shards": 1,
    "timeout": 0.1,
    "trusted_proxies": 0,
    "visitor": None,
}


def test_defaults() -> None:
    assert values() == DEFAULTS


def test_read_on_access_with_nested_overrides() -> None:
    with override_settings(VIEWCOUNT_REDIS_URL="redis://a", VIEWCOUNT_TIMEOUT=1):
        with override_settings(VIEWCOUNT_REDIS_URL="redis://b", VIEWCOUNT_KEY_PREFIX="x"):
            assert values() == DEFAULTS | {
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
