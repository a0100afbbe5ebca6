"""Forgetting the views of objects that are deleted."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any
from weakref import WeakKeyDictionary, ref

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connections, models, router, transaction
from django.db.models.signals import post_delete

from .backends import get_backend
from .conf import settings
from .exceptions import BackendUnavailable, ViewCountError
from .models import DailyViews, HourlyViews, ViewCount
from .outages import outages
from .targets import Target, counters, target_of, write_alias

CHUNK = 500

_watched: set[type[models.Model]] = set()
_lock = threading.Lock()

# What the running transaction of a connection deletes. Django alone holds the gathering: where it
# is rolled back, it is gone.
_running: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()


def connect() -> None:
    """Listen to the models of VIEWCOUNT_MODELS. Others are listened to once they are viewed."""
    for label in settings.models or ():
        try:
            watch(apps.get_model(label))
        except (LookupError, ValueError, AttributeError, TypeError):
            continue  # a system check tells


def watch(model: type[models.Model]) -> None:
    """Have deleted objects of a model, from now on and in this process, lose their views.

    Other models keep Django's fast deletes, which fetch nothing. Costs a look into a set.
    """
    if model not in _watched:
        _listen(model)


def _listen(model: type[models.Model]) -> None:
    with _lock:
        for other in apps.get_models(include_auto_created=True):
            if other._meta.concrete_model is model._meta.concrete_model:  # proxies, too
                post_delete.connect(
                    _deleted, sender=other, dispatch_uid=f"django_viewcount:{other._meta.label}"
                )
        _watched.add(model)


def _deleted(sender: Any, instance: models.Model, using: str, **kwargs: Any) -> None:
    try:
        target = target_of(instance)
    except ViewCountError:
        return  # it cannot have views
    home = router.db_for_write(sender)
    alias = write_alias(None if using == home else using)
    connection = connections[using]
    place = list(connection.savepoint_ids)
    gathering = _running.get(connection, lambda: None)()
    if gathering is None or gathering.done or gathering.place != place:
        gathering = Gathering(place)
        gathering.targets[alias].append(target)
        _running[connection] = ref(gathering)
        transaction.on_commit(gathering.forget, using=using, robust=True)
    else:
        gathering.targets[alias].append(target)


class Gathering:
    """What is deleted between two savepoints, to be forgotten together on commit."""

    def __init__(self, place: list[Any]) -> None:
        self.place = place
        self.targets: defaultdict[str, list[Target]] = defaultdict(list)
        self.done = False

    def forget(self) -> None:
        self.done = True
        for alias, targets in self.targets.items():
            try:
                get_backend().forget(_of_all_counters(targets), alias)
            except BackendUnavailable as error:
                outages.report(error)  # what is left there, pruning finds
            delete_rows(targets, alias)


def forget_views(objects: Iterable[models.Model], *, using: str | None = None) -> None:
    """Delete all that is kept of the views of these objects, of whatever models, in all counters.

    Redis is not part of your transaction: what it forgets, a rollback does not bring back. Views
    that a flush is moving at this moment stay. Costs one round trip and three statements per 500
    objects of a model. Raises BackendUnavailable, UnsavedObject or UnsupportedKey.
    """
    targets, alias = [target_of(obj) for obj in objects], write_alias(using)
    # First what waits: a flush in between would write it.
    get_backend().forget(_of_all_counters(targets), alias)
    delete_rows(targets, alias)


def _of_all_counters(targets: Iterable[Target]) -> list[Target]:
    names = counters()
    return [target._replace(counter=name) for target in targets for name in names]


def delete_rows(targets: Iterable[Target], alias: str) -> int:
    """Delete the rows of these objects in all counters; return how many."""
    by_model: dict[type[models.Model], list[str]] = {}
    for model, key, _ in targets:
        by_model.setdefault(model, []).append(key)
    deleted = 0
    for model, keys in by_model.items():
        content_type = ContentType.objects.db_manager(alias).get_for_model(model).pk
        for chunk in _chunks(sorted(keys)):
            with transaction.atomic(using=alias):
                for table in (ViewCount, DailyViews, HourlyViews):
                    rows: models.QuerySet[Any] = table._default_manager.using(alias)
                    gone = rows.filter(content_type_id=content_type, object_id__in=chunk)
                    deleted += gone.delete()[0]
    return deleted


def _chunks(keys: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(keys), CHUNK):
        yield keys[start : start + CHUNK]
