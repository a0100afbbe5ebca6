"""django_activity beside django-activity-stream, and beside what plain Django would do."""

from __future__ import annotations

import time
from typing import Any

from actstream import registry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from ..tables import machine, show
from . import crowds, history, pages, writes


def main(arguments: Any) -> None:
    registry.register(get_user_model(), Group)
    start = time.monotonic()
    readers = history.build(arguments.actions)
    print(f"Filled the tables in {time.monotonic() - start:.0f} s. {machine()}\n", flush=True)
    parts = (
        history.growth(arguments.actions),
        pages.rows(readers, arguments.actions),
        writes.rows(),
        crowds.rows(),
    )
    show([row for part in parts for row in part], other="plain Django")
    print(f"\n{time.monotonic() - start:.0f} s in all. {machine()}")
