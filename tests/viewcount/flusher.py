"""A flushing process to kill: `python -m tests.viewcount.flusher POINT`.

It kills itself with SIGKILL at the point named, or flushes until somebody else does.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import django

POINTS = ["after the claim", "before the commit", "after the commit", "before the release"]


def kill(*args: Any, **kwargs: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(point: str) -> None:
    django.setup()
    from django_viewcount import flushing
    from django_viewcount.backends.redis import RedisBackend
    from django_viewcount.models import DailyViews

    add = flushing.store

    def add_and_die(*args: Any) -> Any:
        add(*args)
        assert DailyViews.objects.exists()
        kill()

    if point == "after the claim":
        flushing.move = kill  # type: ignore[assignment]
    elif point == "before the commit":
        flushing.store = add_and_die
    elif point == "after the commit":
        flushing.announce = kill
    elif point == "before the release":
        RedisBackend.release = kill  # type: ignore[method-assign]
    else:
        print("flushing", flush=True)
        while True:
            flushing.flush()
    flushing.flush()


if __name__ == "__main__":
    main(sys.argv[1])
