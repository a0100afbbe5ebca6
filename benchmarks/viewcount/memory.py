"""What Redis holds for each object and for each visitor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib.auth.models import Group

from django_viewcount.api import count_view, count_views, flush

from ..tables import Row
from .site import client, configured, visit


def rows(farm: Any, node: Any, objects: int) -> Iterator[Row]:
    groups = list(Group.objects.order_by("pk")[:objects])
    count_view(None, groups[0])
    flush()  # so that there is a ranking
    count_view(None, groups[0])
    used = growth(lambda: _all(groups, None))
    each = used / objects
    yield Row(
        f"memory per object, each of {objects:,} viewed once within one hour",
        f"{each:.0f} B",
        parts(),
        bar="≤ 400 B",
        met=each <= 400,
    )
    flush()
    yield Row("  the same once it is flushed", f"{(used + since(used)) / objects:.0f} B")
    used = growth(lambda: _all(groups, "somebody"))
    yield Row("  the HyperLogLog of one visitor, and what waits anew", f"{used / objects:.0f} B")
    for visitors in (1, 10, 100, 1000):
        yield Row(f"HyperLogLog of {visitors:,} visitors", f"{hyperloglog(groups, visitors)} B")
    with configured(VIEWCOUNT_COOLDOWN=1800):
        for number in range(100):
            count_view(visit(number), groups[1])
        used = growth(lambda: [count_view(visit(100 + n), groups[1]) for n in range(5000)])
    yield Row("cooldown per visitor and object", f"{used / 5000:.0f} B")


def _all(groups: list[Group], visitor: str | None) -> None:
    for start in range(0, len(groups), 1000):
        page = groups[start : start + 1000]
        count_views(None, [(group, "view", None) for group in page], visitor=visitor)


_last = 0


def used_memory() -> int:
    info = client().info("memory")
    return int(info["used_memory"]) - int(info["mem_clients_normal"])


def growth(work: Callable[[], object]) -> int:
    global _last
    before = used_memory()
    work()
    _last = used_memory()
    return _last - before


def since(used: int) -> int:
    return used_memory() - _last


def parts() -> str:
    """Which keys hold how much, for those that hold much."""
    server = client()
    found = []
    for key in server.scan_iter():
        size = server.memory_usage(key, samples=0) or 0
        if size > 10_000:
            found.append((key.decode().rpartition("}:")[2].split(":", 2)[2], size))
    return ", ".join(f"{name} {size / 2**20:.1f} MiB" for name, size in sorted(found))


def hyperloglog(groups: list[Group], visitors: int) -> int:
    group = groups[-visitors % len(groups)]
    for number in range(visitors):
        count_view(visit(number), group)
    (key,) = client().scan_iter(f"*:visitors:*:{group.pk}", count=10_000)
    return int(client().memory_usage(key, samples=0))
