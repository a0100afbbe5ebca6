from __future__ import annotations

from django.conf import settings as project_settings


class Settings:
    """The project's VIEWCOUNT_* settings, read on every access so that overrides take effect."""

    @property
    def backend(self) -> str:
        """Dotted path of the backend class; by default Redis where there is a URL, else SQL."""
        path: str | None = getattr(project_settings, "VIEWCOUNT_BACKEND", None)
        if path is None:
            name = "database.DatabaseBackend" if self.redis_url is None else "redis.RedisBackend"
            path = f"django_viewcount.backends.{name}"
        return path

    @property
    def redis_url(self) -> str | None:
        """Address of the Redis or Valkey server, such as "redis://localhost:6379/0"."""
        return getattr(project_settings, "VIEWCOUNT_REDIS_URL", None)

    @property
    def timeout(self) -> float:
        """Seconds to wait for Redis, per connect and per answer, before a page goes on without."""
        return getattr(project_settings, "VIEWCOUNT_TIMEOUT", 0.1)

    @property
    def key_prefix(self) -> str:
        """Start of every Redis key; lets two sites share a server."""
        return getattr(project_settings, "VIEWCOUNT_KEY_PREFIX", "vc")


settings = Settings()
