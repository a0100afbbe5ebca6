from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.conf import settings as project_settings
from django.utils.module_loading import import_string


class Settings:
    """The project's VIEWCOUNT_* settings, read on every access so that overrides take effect."""

    @property
    def backend(self) -> str:
        """Dotted path of the backend class; by default Redis where there is one, else SQL."""
        path: str | None = getattr(_project(), "VIEWCOUNT_BACKEND", None)
        if path is None:
            redis = self.redis_url is not None or self.redis_sentinel is not None
            name = "redis.RedisBackend" if redis else "database.DatabaseBackend"
            path = f"django_viewcount.backends.{name}"
        return path

    @property
    def redis_url(self) -> str | None:
        """Address of the Redis or Valkey server, such as "redis://localhost:6379/0"; or the name
        of an entry of CACHES whose server is to be used."""
        return getattr(_project(), "VIEWCOUNT_REDIS_URL", None)

    @property
    def redis_cluster(self) -> bool:
        """Is the server of the URL a node of a Redis Cluster?"""
        return getattr(_project(), "VIEWCOUNT_REDIS_CLUSTER", False)

    @property
    def redis_sentinel(self) -> Mapping[str, Any] | None:
        """Where to ask for the server: {"hosts": [("10.0.0.1", 26379), …], "service": "name"}."""
        return getattr(_project(), "VIEWCOUNT_REDIS_SENTINEL", None)

    @property
    def timeout(self) -> float:
        """Seconds to wait for Redis, per connect and per answer, before a page goes on without."""
        return getattr(_project(), "VIEWCOUNT_TIMEOUT", 0.1)

    @property
    def key_prefix(self) -> str:
        """Start of every Redis key; lets two sites share a server."""
        return getattr(_project(), "VIEWCOUNT_KEY_PREFIX", "vc")

    @property
    def shards(self) -> int:
        """Over how many parts, so nodes of a Redis Cluster, the views of one model are spread."""
        return getattr(_project(), "VIEWCOUNT_SHARDS", 1)

    @property
    def buffer_size(self) -> int:
        """Views that one process keeps while Redis is away; 0 keeps none."""
        return getattr(_project(), "VIEWCOUNT_BUFFER_SIZE", 10_000)

    @property
    def counters(self) -> Sequence[str]:
        """Names of the project's own counters beside "view", such as "download"."""
        return getattr(_project(), "VIEWCOUNT_COUNTERS", ())

    @property
    def models(self) -> Sequence[str] | None:
        """Models ("app_label.ModelName") whose deleted objects lose their views at once, whichever
        process deletes them."""
        return getattr(_project(), "VIEWCOUNT_MODELS", ())

    @property
    def cooldown(self) -> float:
        """Seconds in which a visitor counts once per object; 0 counts every accepted view."""
        return getattr(_project(), "VIEWCOUNT_COOLDOWN", 0)

    @property
    def network_limit(self) -> int | None:
        """Views of one object that one network may add in a clock hour; None sets no limit."""
        return getattr(_project(), "VIEWCOUNT_NETWORK_LIMIT", None)

    @property
    def exclude(self) -> Sequence[str]:
        """Whose views do not count: "staff", "superusers", "group:<name>", or dotted paths of
        functions `(request, obj) -> bool`."""
        return getattr(_project(), "VIEWCOUNT_EXCLUDE", ())

    @property
    def owner_field(self) -> str | Mapping[str, str] | None:
        """The field that names an object's owner, whose views do not count; for all models that
        have it, or a dict per model ("app_label.ModelName")."""
        return getattr(_project(), "VIEWCOUNT_OWNER_FIELD", None)

    @property
    def trusted_proxies(self) -> int | Sequence[str]:
        """Which part of X-Forwarded-For to believe: the number of proxies in front of the site, or
        their addresses and networks. By default none of it."""
        return getattr(_project(), "VIEWCOUNT_TRUSTED_PROXIES", 0)

    @property
    def respect_opt_out(self) -> bool:
        """Leave out visitors whose browser says `DNT: 1` or `Sec-GPC: 1`."""
        return getattr(_project(), "VIEWCOUNT_RESPECT_OPT_OUT", False)

    @property
    def count_robots(self) -> bool:
        """Count the views of robots apart, in the counter "robot"."""
        return getattr(_project(), "VIEWCOUNT_COUNT_ROBOTS", True)

    @property
    def is_robot(self) -> Callable[[Any], bool] | None:
        """The project's function `(request) -> bool`, instead of the list of known robots."""
        found: Callable[[Any], bool] | None
        found = _callable(getattr(_project(), "VIEWCOUNT_IS_ROBOT", None))
        return found

    @property
    def visitor(self) -> Callable[[Any], str | None] | None:
        """The project's function from a request to what tells one visitor from another."""
        found: Callable[[Any], str | None] | None
        found = _callable(getattr(_project(), "VIEWCOUNT_VISITOR", None))
        return found

    @property
    def half_life(self) -> float:
        """Hours after which a view weighs half in the trending ranking."""
        return getattr(_project(), "VIEWCOUNT_HALF_LIFE", 6)

    @property
    def ranking_size(self) -> int:
        """Objects that each ranking in Redis holds at least; the rest is cut off by flushes."""
        return getattr(_project(), "VIEWCOUNT_RANKING_SIZE", 100_000)

    @property
    def ranking_max_age(self) -> int:
        """Seconds for which Redis may answer with the same ranking of a window."""
        return getattr(_project(), "VIEWCOUNT_RANKING_MAX_AGE", 60)

    @property
    def milestones(self) -> Sequence[int]:
        """Totals at which `views_milestone_reached` is sent."""
        default = (100, 1_000, 10_000, 100_000, 1_000_000)
        return getattr(_project(), "VIEWCOUNT_MILESTONES", default)

    @property
    def beacon_max_age(self) -> float:
        """Seconds for which the beacon of a page that was rendered once counts views."""
        return getattr(_project(), "VIEWCOUNT_BEACON_MAX_AGE", 7 * 24 * 3600)


def _project() -> Any:
    # To find a setting missing costs LazySettings an exception, and a view reads a dozen of them.
    settings: Any = project_settings
    return settings._wrapped if settings.configured else settings


def _callable(value: Any) -> Any:
    return import_string(value) if isinstance(value, str) else value


settings = Settings()
