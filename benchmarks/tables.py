"""What is printed: a Markdown table, so that it can be put into the documentation as it is."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from statistics import median
from typing import Any

import django
from django.db import connection

from .measuring import Timing, milliseconds


@dataclass
class Row:
    """One line; `met` is None where there is no bar."""

    work: str
    ours: object
    other: object = ""
    peer: object = ""
    ratio: str = ""
    bar: str = ""
    met: bool | None = None

    def cells(self) -> list[str]:
        verdict = {True: "met", False: "NOT MET", None: ""}[self.met]
        cells = (self.work, self.ours, self.other, self.peer, self.ratio, self.bar)
        return [*map(str, cells), verdict]


def times(ours: Timing, peer: Timing, bar: float | None = None) -> dict[str, Any]:
    """The cells for a ratio: the median over the rounds, and those of the two halves of them."""
    ratios = [one / other for one, other in zip(ours.times, peer.times, strict=True)]
    ratio, half = median(ratios), len(ratios) // 2
    low, high = sorted((median(ratios[:half]), median(ratios[half:])))
    digits = 2 if ratio >= 0.1 else 3
    cells = {"ratio": f"{ratio:.{digits}f} ({low:.{digits}f}-{high:.{digits}f})"}
    return cells | ({} if bar is None else {"bar": f"≤ {bar}", "met": ratio <= bar})


def within(timing: Timing, seconds: float) -> dict[str, Any]:
    """The cells for a time, with the best round: far from the median, the machine was busy."""
    return {
        "ratio": f"best {milliseconds(min(timing.times))}",
        "bar": f"≤ {seconds * 1000:.0f} ms",
        "met": timing.median <= seconds,
    }


def show(
    rows: list[Row], other: str = "django-friendship", peer: str = "django-activity-stream"
) -> None:
    """Print the table; `other` and `peer` are the headings of what stands beside ours."""
    headings = ["work", "ours", other, peer, "ratio", "bar", ""]
    lines = [headings, *(row.cells() for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, ["-" * width for width in widths])
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        print(f"| {' | '.join(cells)} |")


def machine() -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(name || ' ' || setting, ', ' ORDER BY name) FROM pg_settings"
            " WHERE name IN ('fsync', 'server_version', 'synchronous_commit')"
        )
        server = cursor.fetchone()[0]
    return (
        f"Python {platform.python_version()}, Django {django.__version__}, {os.cpu_count()} cores; "
        f"PostgreSQL: {server}; load {os.getloadavg()[0]:.1f}"
    )
