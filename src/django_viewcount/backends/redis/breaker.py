from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from time import monotonic, sleep

from ...exceptions import BackendUnavailable

logger = logging.getLogger("django_viewcount")

INTERVAL = 1.0
"""Seconds between two probes of a server that is away."""

# Seconds without a probe after which a call tries for itself: some servers (uWSGI without
# --enable-threads) let no thread of ours run.
PATIENCE = 30.0


class Breaker:
    """Keeps calls from a server that did not answer, until a thread has seen that it does again.

    So a page waits once at most, and the next ones not at all. The thread lives as long as the
    outage. `probe` raises where the server does not answer; `recovered` is called once it does.
    """

    def __init__(self, probe: Callable[[], object], recovered: Callable[[], object]) -> None:
        self.probe, self.recovered = probe, recovered
        self.lock = threading.Lock()
        self.cause = ""
        self.beat = 0.0
        self.thread: threading.Thread | None = None

    def failed(self, cause: str) -> None:
        """Open: the server did not answer."""
        with self.lock:
            self.cause, self.beat = cause, monotonic()
        self.watch()

    def answered(self) -> None:
        """Close: the server has answered."""
        with self.lock:
            self.cause = ""

    def check(self) -> None:
        """Let a call through, or raise BackendUnavailable."""
        if not self.cause:
            return
        with self.lock:
            if monotonic() - self.beat > PATIENCE:
                self.beat = monotonic()
                return
        self.watch()
        if cause := self.cause:
            raise BackendUnavailable(f"Redis is away, and is asked again every second: {cause}")

    def watch(self) -> None:
        """Start the thread, unless it runs; a fork leaves it behind."""
        with self.lock:
            if self.thread is None or not self.thread.is_alive():
                self.thread = threading.Thread(
                    target=self.run, name="django_viewcount", daemon=True
                )
                try:
                    self.thread.start()
                except RuntimeError:  # no threads here, or none any more
                    self.thread = None

    def run(self) -> None:
        while self.cause:
            sleep(INTERVAL)
            self.beat = monotonic()
            if self.is_back():
                self.answered()
                try:
                    self.recovered()
                except Exception:
                    logger.exception("Views that were kept could not be counted.")

    def is_back(self) -> bool:
        try:
            self.probe()
        except Exception:
            return False
        return True
