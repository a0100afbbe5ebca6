from __future__ import annotations

import logging
import threading
import time

logger = logging.getLogger("django_viewcount")

INTERVAL = 60.0


class OutageLog:
    """Say that the backend is away, once per interval and process, however many pages notice."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        self.next_time = 0.0
        self.unreported = 0

    def report(self, error: Exception) -> None:
        with self.lock:
            now = time.monotonic()
            if now < self.next_time:
                self.unreported += 1
                return
            unreported, self.unreported = self.unreported, 0
            self.next_time = now + INTERVAL
        logger.error(
            "Views cannot be counted or read: %s (%d earlier failures were not logged)",
            error,
            unreported,
        )


outages = OutageLog()
