"""What a page pays for a server that is away."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter
from typing import Any

from django.contrib.auth.models import Group

from django_viewcount.api import attach_views, count_view
from django_viewcount.buffering import buffer
from django_viewcount.outages import outages

from ..measuring import milliseconds
from ..tables import Row
from .site import configured, visit


def rows(farm: Any, node: Any, objects: int) -> Iterator[Row]:
    group = Group.objects.order_by("pk").first()
    for name in ("refuses", "hangs"):
        away = farm.node()
        with configured(VIEWCOUNT_REDIS_URL=away.url, VIEWCOUNT_TIMEOUT=0.1):
            count_view(visit(1), group)
            attach_views([group])
            away.freeze() if name == "hangs" else away.kill()
            times = []
            for number in range(200):
                request = visit(number)
                start = perf_counter()
                count_view(request, group)
                times.append(perf_counter() - start)
            start = perf_counter()
            attach_views([group])
            read = perf_counter() - start
            buffer.views.clear()
            outages.reset()
        farm.end(away)
        first, later = times[0], max(times[1:])
        yield Row(
            f"count_view where Redis {name}: the first, and the slowest of 199 later ones",
            f"{milliseconds(first)}; {milliseconds(later)}",
            f"attach_views {milliseconds(read)}",
            bar="≤ 120 ms; ≤ 1 ms",
            met=first <= 0.12 and later <= 0.001,
        )
