"""Moving many objects at once."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import Group
from django.db import connections

from django_viewcount.api import count_views, flush

from ..tables import Row
from .site import client


def rows(farm: Any, node: Any, objects: int) -> Iterator[Row]:
    peaks = {}
    for number in (objects, 3 * objects):
        for again in ("new", "known"):
            dirty(number)
            seconds, peak, moved = in_a_process_of_its_own()
            peaks[number] = peak
            met = {} if number > objects else {"bar": "≤ 10 s", "met": seconds <= 10}
            yield Row(
                f"flush of {moved:,} {again} objects",
                f"{seconds:.1f} s",
                f"peak {peak:+.0f} MiB",
                ratio=f"{moved / seconds:,.0f} objects/s",
                **met,
            )
    growth = peaks[3 * objects] - peaks[objects]
    yield Row(
        "growth of a flush's peak memory with three times the objects",
        f"{growth:+.1f} MiB",
        bar="none",
        met=growth < 8,
    )


def dirty(number: int) -> None:
    groups = Group.objects.order_by("pk")[:number].iterator(chunk_size=1000)
    page = []
    for group in groups:
        page.append((group, "view", None))
        if len(page) == 1000:
            count_views(None, page, visitor="somebody")
            page = []
    count_views(None, page, visitor="somebody")


def in_a_process_of_its_own() -> tuple[float, float, int]:
    """Seconds, MiB at the most above what the process began with, and objects."""
    client().connection_pool.disconnect()
    connections.close_all()
    context = multiprocessing.get_context("fork")
    results = context.SimpleQueue()

    def work() -> None:
        # A fork inherits the peak of its parent: what it has now is asked of the system.
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
        before = resident()
        start = time.monotonic()
        moved = flush()
        results.put((time.monotonic() - start, resident() - before, moved.objects))

    process = context.Process(target=work)
    process.start()
    process.join()
    return results.get()


def resident() -> float:
    """The peak of resident memory, in MiB."""
    with open("/proc/self/status") as file:
        (line,) = [line for line in file if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024
