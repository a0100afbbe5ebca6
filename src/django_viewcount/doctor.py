"""What is wrong with the counting of views here and now, found by asking its servers."""

from __future__ import annotations

from django.apps import apps
from django.contrib.contenttypes.models import ContentType

from .backends import get_backend
from .backends.redis import RedisBackend
from .backends.redis.examining import examine_redis
from .buffering import buffer
from .findings import ERROR, OK, WARNING, Finding
from .models import ViewCount
from .outages import outages
from .rankings import parse_key
from .targets import write_alias

SAMPLE = 1000
MAX_AGE = 600.0


def examine(
    *, using: str | None = None, max_age: float = MAX_AGE, sample: int = SAMPLE
) -> list[Finding]:
    """Return what was found, whether good or bad; never raises for a server that is away.

    `max_age` are the seconds after which views that wait should have been flushed; `sample` rows
    per model are looked at for objects that are gone. Costs some ten round trips to Redis, more
    with nodes and shards, and two queries per model that has views. Not meant for every request.
    """
    alias, backend = write_alias(using), get_backend()
    name = f"{type(backend).__module__}.{type(backend).__qualname__}"
    found = [Finding("backend", OK, f"Views are counted by {name}.", value=name)]
    if isinstance(backend, RedisBackend):
        found += examine_redis(backend.server, alias, max_age)
    return [*found, examine_process(), examine_orphans(alias, sample)]


def examine_process() -> Finding:
    """What this process keeps, and what it has lost since it started."""
    waiting = sum(view.views for view in list(buffer.views))
    value = {"waiting": waiting, "lost": outages.lost, "uncertain": outages.uncertain}
    text = (
        f"This process keeps {waiting} views, has lost {outages.lost} and does not know of "
        f"{outages.uncertain}."
    )
    if outages.lost or outages.uncertain:
        hint = "Redis was away, or hung. A larger VIEWCOUNT_BUFFER_SIZE keeps more views meanwhile."
        return Finding("process", ERROR, text, hint, value)
    return Finding("process", WARNING if waiting else OK, text, outages.cause, value)


def examine_orphans(alias: str, sample: int) -> Finding:
    """Whether counters are left of objects that are gone, by a sample of the oldest of each model.

    Costs two queries per model that has views.
    """
    looked_at, orphans, labels = 0, 0, []
    types = ContentType.objects.db_manager(alias)
    models = [model for model in apps.get_models() if not model._meta.proxy]
    for model, content_type in types.get_for_models(*models).items():
        counters = ViewCount.objects.using(alias).filter(content_type=content_type)
        keys = set(counters.values_list("object_id", flat=True)[:sample])
        if not keys:
            continue
        found = (parse_key(model, key) for key in keys)
        objects = model._base_manager.using(alias)
        objects = objects.filter(pk__in=[key for key in found if key is not None])
        alive = len({str(key) for key in objects.values_list("pk", flat=True)} & keys)
        looked_at += len(keys)
        if gone := len(keys) - alive:
            orphans += gone
            labels.append(f"{gone} of {model._meta.label}")
    value = {"looked_at": looked_at, "orphans": orphans}
    if orphans:
        text = f"Of {looked_at} counters looked at, these are of objects that are gone: "
        hint = "Run viewcount_prune, and list the models in VIEWCOUNT_MODELS."
        return Finding("orphans", WARNING, f"{text}{', '.join(labels)}.", hint, value)
    return Finding("orphans", OK, f"All {looked_at} counters looked at have an object.", "", value)
