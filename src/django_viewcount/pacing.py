"""Long work in batches, that leaves the others their turn."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep

from django.db import connections


def paced(advance: Callable[[int], object], using: str) -> Callable[[int], object]:
    """Have the work rest after each batch for as long as it took, where only one can write.

    On SQLite whoever waits for the lock looks for it again now and then. Who takes it back at once
    keeps it from everybody until they give up. Called with what `advance` is called with.
    """
    if connections[using].vendor != "sqlite":
        return advance
    start = monotonic()

    def rest(done: int) -> None:
        nonlocal start
        advance(done)
        sleep(monotonic() - start)
        start = monotonic()

    return rest
