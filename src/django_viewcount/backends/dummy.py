from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Collection
from datetime import date

from django.db import models

from ..targets import Target, write_alias
from .base import BaseBackend


class DummyBackend(BaseBackend):
    """Counts in the memory of one process, for a project's own tests. Costs no I/O at all.

    Keeps nothing, and does not look at what is in the database.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Forget every view."""
        self.views: Counter[tuple[str, Target]] = Counter()
        self.days: Counter[tuple[str, Target, date]] = Counter()

    def count(self, target: Target, views: int, day: date, using: str | None) -> int | None:
        alias = write_alias(using)
        with self.lock:
            self.views[alias, target] += views
            self.days[alias, target, day] += views
            return self.views[alias, target]

    def totals(self, targets: Collection[Target], using: str | None) -> dict[Target, int]:
        alias = write_alias(using)
        return {target: self.views[alias, target] for target in targets}

    def top(
        self, model: type[models.Model], limit: int, using: str | None
    ) -> list[tuple[str, int]]:
        wanted = write_alias(using)
        with self.lock:
            counted = [
                (target.key, views)
                for (alias, target), views in self.views.items()
                if alias == wanted and target.model is model
            ]
        return sorted(counted, key=lambda pair: (-pair[1], pair[0]))[:limit]
