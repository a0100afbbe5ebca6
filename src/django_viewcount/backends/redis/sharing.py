"""Is the database of views one that a cache empties?"""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings as project_settings
from django.core.checks import CheckMessage, Warning
from redis.connection import parse_url

from ...conf import settings

Place = tuple[str, int, int]
LOCAL = ("localhost", "127.0.0.1", "::1", "")


def shared_caches() -> list[str]:
    """Return the entries of CACHES that use the same database; clearing one empties it. No I/O."""
    entries: dict[str, Any] = project_settings.CACHES
    url = settings.redis_url
    if settings.redis_sentinel is not None or not url:
        return []
    cluster = settings.redis_cluster
    if "://" not in url:
        places = _places(entries.get(url, {}), cluster)
    else:
        places = {_place(url, {}, cluster)}
    return sorted(name for name, entry in entries.items() if places & _places(entry, cluster))


def check_sharing() -> list[CheckMessage]:
    """Warn of caches that share the database of views."""
    return [
        Warning(
            f"CACHES[{name!r}] uses the database that VIEWCOUNT_REDIS_URL names.",
            hint="Clearing this cache deletes views that wait for a flush. Give it, or the views, "
            'another database, such as "redis://localhost:6379/1".',
            id="django_viewcount.W002",
        )
        for name in shared_caches()
    ]


def _places(entry: dict[str, Any], cluster: bool) -> set[Place]:
    location = entry.get("LOCATION") or ()
    if isinstance(location, str):
        location = re.split("[;,]", location)
    options = entry.get("OPTIONS") or {}
    return {_place(url, options, cluster) for url in location if "://" in url}


def _place(url: str, options: dict[str, Any], cluster: bool) -> Place:
    try:
        parse: Any = parse_url
        parsed: dict[str, Any] = parse(url)
    except ValueError:  # a cache that speaks to something else
        return url, 0, 0
    host = parsed.get("path") or parsed.get("host", "")
    host = "localhost" if host in LOCAL else str(host).lower()
    database = parsed.get("db", options.get("db", options.get("DB", 0)))
    return host, int(parsed.get("port", 6379)), 0 if cluster else int(database or 0)
