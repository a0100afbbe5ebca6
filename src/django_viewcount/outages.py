from __future__ import annotations

import logging
import threading
import time
from typing import NamedTuple

logger = logging.getLogger("django_viewcount")

INTERVAL = 60.0


class Health(NamedTuple):
    """How counting went in this process, since it started."""

    cause: str
    """Why the last view could not be counted or read, "" if none failed since it last could."""
    waiting: int
    """Views that this process keeps until Redis answers again."""
    lost: int
    """Views that were not counted, as there was no room to keep them."""
    uncertain: int
    """Views that were sent and not answered: each was counted once, or not at all."""


class Outages:
    """Counts what an outage costs, and says so once per interval and process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        self.next_time = 0.0
        self.unreported = self.lost = self.uncertain = 0
        self.cause = ""

    def report(self, error: Exception, lost: int = 0, uncertain: int = 0) -> None:
        """Note a failure, and the views that it cost."""
        with self.lock:
            self.cause = str(error)
            self.lost += lost
            self.uncertain += uncertain
            now = time.monotonic()
            if now < self.next_time:
                self.unreported += 1
                return
            unreported, self.unreported = self.unreported, 0
            self.next_time = now + INTERVAL
        logger.error("Views cannot be counted or read: %s%s", error, self.costs(unreported))

    def costs(self, unreported: int) -> str:
        notes = {
            "%d earlier failures were not logged": unreported,
            "this process has lost %d views so far": self.lost,
            "it is uncertain whether %d more were counted": self.uncertain,
        }
        said = [note % number for note, number in notes.items() if number]
        return f" ({'; '.join(said)})" if said else ""

    def ended(self) -> None:
        """Note that views can be counted again."""
        if self.cause:
            logger.info("Views can be counted again.")
        self.cause = ""


outages = Outages()
