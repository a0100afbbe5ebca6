"""django_viewcount beside django-hitcount, and beside the two calls that tutorials teach."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from tests import servers

from ..tables import Row, machine, show
from . import crowds, faults, flushes, memory, rankings, reads, writes
from .site import on_server, people


def main(arguments: Any) -> None:
    start = time.monotonic()
    with servers.nodes() as farm:
        rows = list(measure(farm, arguments.objects))
    show(rows, other="beside it", peer="django-hitcount")
    print(f"\n{time.monotonic() - start:.0f} s in all. {machine()}")


def measure(farm: Any, objects: int) -> Iterator[Row]:
    people(max(3 * objects, 1000))
    for part in (writes, reads, rankings, crowds, faults, memory, flushes):
        began = time.monotonic()
        node = farm.node()
        with on_server(node.url):
            for row in part.rows(farm, node, objects):
                print(*row.cells(), sep=" | ", flush=True)
                yield row
        farm.end(node)
        name = part.__name__.rpartition(".")[2]
        print(f"  {name}: {time.monotonic() - began:.0f} s", flush=True)
