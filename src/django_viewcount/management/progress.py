from __future__ import annotations

import sys
from types import TracebackType
from typing import Any

try:
    import tqdm
except ImportError:
    tqdm = None  # type: ignore[assignment]


class Progress:
    """How far a command is: a bar by tqdm, or plain numbers where it is not installed.

    Shown on standard error, and only where that is a terminal: a log file gets neither.
    """

    def __init__(self, total: int | None, unit: str, *, quiet: bool) -> None:
        self.total, self.unit, self.done = total, unit, 0
        self.shown = sys.stderr.isatty() and not quiet
        self.bar: Any = None
        if self.shown and tqdm is not None:
            self.bar = tqdm.tqdm(total=total, unit=f" {unit}", file=sys.stderr)

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self.bar is not None:
            self.bar.close()
        elif self.shown:
            sys.stderr.write("\n")

    def advance(self, steps: int) -> None:
        self.done += steps
        if self.bar is not None:
            self.bar.update(steps)
        elif self.shown:
            of = "" if self.total is None else f" of {self.total}"
            sys.stderr.write(f"\r{self.done}{of} {self.unit}")
            sys.stderr.flush()
