"""How things are measured: in turn, so that all see the same machine, and by the median."""

from __future__ import annotations

import gc
import multiprocessing
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

PROCESSES = 8


@dataclass
class Timing:
    """Seconds of each round, and the statements of one, BEGIN and COMMIT included."""

    times: list[float] = field(default_factory=list)
    statements: int = 0

    @property
    def median(self) -> float:
        return median(self.times)

    def __str__(self) -> str:
        return f"{milliseconds(self.median)}, {self.statements} st"


@dataclass(frozen=True)
class Contender:
    """Does the work of round `i`. `prepare` and `around` are not timed."""

    run: Callable[[int], object]
    prepare: Callable[[], object] = lambda: None
    around: Callable[[], AbstractContextManager[object]] = nullcontext


def compare(rounds: int, warm_up: int = 5, **contenders: Contender) -> dict[str, Timing]:
    """Time every contender in every round, each round beginning with another of them.

    `run` is called with 0, 1, 2 …: warm-up first, then the rounds, then one to count statements.
    """
    found = {name: Timing() for name in contenders}
    names = list(contenders)
    for i in range(warm_up + rounds + 1):
        for name in names[i % len(names) :] + names[: i % len(names)]:
            contender, timing = contenders[name], found[name]
            contender.prepare()
            with contender.around():
                if i == warm_up + rounds:
                    with CaptureQueriesContext(connection) as queries:
                        contender.run(i)
                    timing.statements = len(queries)
                elif (seconds := _timed(contender.run, i)) and i >= warm_up:
                    timing.times.append(seconds)
    return found


def timed(work: Callable[[], object]) -> Timing:
    """Time something that can be done but once, with its statements."""
    with CaptureQueriesContext(connection) as queries:
        seconds = _timed(lambda _: work(), 0)
    return Timing([seconds], len(queries))


def _timed(run: Callable[[int], object], i: int) -> float:
    gc.collect(0)
    gc.disable()
    try:
        start = time.perf_counter()
        run(i)
        return time.perf_counter() - start
    finally:
        gc.enable()


def together(work: Callable[[int, Any], Any], processes: int = PROCESSES) -> tuple[float, list]:
    """Run `work(number, barrier)` in processes that start at once, each with its own connection.

    Returns the seconds from the start of the first to the end of the last, and what they return.
    """
    connections.close_all()
    context = multiprocessing.get_context("fork")  # what is loaded is there already
    barrier, results = context.Barrier(processes), context.SimpleQueue()

    def child(number: int) -> None:
        connection.ensure_connection()
        barrier.wait()
        start = time.monotonic()
        result = work(number, barrier)
        results.put((start, time.monotonic(), result))
        connections.close_all()

    children = [context.Process(target=child, args=(n,), daemon=True) for n in range(processes)]
    for process in children:
        process.start()
    found = [results.get() for _ in children]
    for process in children:
        process.join()
    starts, ends, values = zip(*found, strict=True)
    return max(ends) - min(starts), list(values)


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.{2 if seconds < 0.01 else 1 if seconds < 0.1 else 0}f} ms"
