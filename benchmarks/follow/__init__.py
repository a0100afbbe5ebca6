"""django_follow beside django-friendship and django-activity-stream."""

from __future__ import annotations

import time
from typing import Any

from actstream import registry
from actstream.follows import delete_orphaned_follows
from django.contrib.auth import get_user_model
from django.db.models.signals import pre_delete
from friendship.signals import following_created, following_removed

from django_follow import signals

from ..tables import machine, show
from . import crowds, graph, reads, writes


def main(arguments: Any) -> None:
    registry.register(get_user_model())
    # It makes every deletion of every model slower, so it listens while its own app is measured.
    pre_delete.disconnect(delete_orphaned_follows)
    start = time.monotonic()
    people = graph.build(arguments.edges)
    print(f"Filled the tables in {time.monotonic() - start:.0f} s. {machine()}\n", flush=True)
    for signal in (signals.followed, signals.unfollowed, following_created, following_removed):
        signal.connect(listener)
    parts = (writes.rows, reads.rows, crowds.rows, writes.departures)
    show([row for part in parts for row in part(people)])
    print(f"\n{time.monotonic() - start:.0f} s in all. {machine()}")


def listener(**kwargs: Any) -> None:
    """What a project does on a signal is its own affair."""
