"""What is viewed, and by whom."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import redis.connection
from django.conf import settings
from django.contrib.auth.models import AnonymousUser, Group
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from hitcount.models import Hit, HitCount
from hitcount.views import HitCountMixin

from django_viewcount import models
from django_viewcount.backends import get_backend

CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36"
)
FACTORY = RequestFactory()
MANY = 5000


def people(number: int) -> None:
    """Make what is viewed: groups, as in the other benchmarks."""
    Group.objects.bulk_create(
        (Group(pk=pk, name=f"group {pk}") for pk in range(1, number + 1)), batch_size=MANY
    )


@contextmanager
def on_server(url: str | None) -> Iterator[None]:
    """Count in this server, and begin with nothing counted."""
    for model in (models.ViewCount, models.DailyViews, models.FlushBatch, Hit, HitCount):
        model.objects.all()._raw_delete(model.objects.db)  # type: ignore[attr-defined]
    with configured(VIEWCOUNT_REDIS_URL=url, VIEWCOUNT_TIMEOUT=10):
        yield


@contextmanager
def configured(**values: Any) -> Iterator[None]:
    """Settings as of a project's module: those of `override_settings()` are slower to read."""
    missing = object()
    before = {name: getattr(settings, name, missing) for name in values}
    for name, value in values.items():
        setattr(settings, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            delattr(settings, name) if value is missing else setattr(settings, name, value)


@contextmanager
def on_cores(pid: int, apart: bool) -> Iterator[None]:
    """Keep the server of this id on a core of its own, or on ours.

    Left alone, the system puts them now here and now there, and a PING takes half the time or
    twice: what is beside it cannot be compared.
    """
    if not hasattr(os, "sched_setaffinity") or len(os.sched_getaffinity(0)) < 2:
        yield
        return
    before = os.sched_getaffinity(0)
    ours, other = sorted(before)[:2]
    os.sched_setaffinity(0, {ours})
    os.sched_setaffinity(pid, {other if apart else ours})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
        os.sched_setaffinity(pid, before)


def analyze() -> None:
    """Let the database know what is in its tables, as it does by itself after a while."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def client() -> Any:
    return get_backend().server.client  # type: ignore[attr-defined]


def visit(number: int, path: str = "/") -> HttpRequest:
    """The request of a visitor of their own."""
    address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    return FACTORY.get(path, REMOTE_ADDR=address, HTTP_USER_AGENT=CHROME)


def hit(request: HttpRequest, group: Group, key: str | None = None) -> Any:
    """What django-hitcount's view mixin does, with the sessions that it needs."""
    request.user = AnonymousUser()
    if key:
        request.COOKIES["sessionid"] = key
    middleware = SessionMiddleware(lambda _: HttpResponse())
    middleware.process_request(request)
    result = HitCountMixin.hit_count(request, HitCount.objects.get_for_object(group))
    middleware.process_response(request, HttpResponse())
    return result


def round_trips(work: Callable[[], object]) -> int:
    """How often something writes to Redis; a pipeline is written at once."""
    connection, sent = redis.connection.AbstractConnection, []
    send = connection.send_packed_command

    def record(self: Any, command: Any, *args: Any, **kwargs: Any) -> Any:
        sent.append(command)
        return send(self, command, *args, **kwargs)

    connection.send_packed_command = record  # type: ignore[method-assign]
    try:
        work()
    finally:
        connection.send_packed_command = send  # type: ignore[method-assign]
    return len(sent)
