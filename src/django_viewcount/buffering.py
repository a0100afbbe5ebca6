"""Views that could not be counted, kept in this process until they can be."""

from __future__ import annotations

import atexit
import threading
from collections import deque
from os import urandom

from .backends import get_backend
from .backends.base import View
from .conf import settings
from .exceptions import BackendUnavailable
from .outages import outages
from .reasons import Reason

AT_ONCE = 200


class Buffer:
    """A bounded queue of views, each under a token, so that none is counted twice.

    What is sent and not answered goes back into the queue and is sent again: the token tells if it
    was counted. The same holds for the copy that a fork makes.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.views: deque[View] = deque()
        self.watched = False

    def __len__(self) -> int:
        return len(self.views)

    def add(self, view: View) -> bool:
        """Keep a view for later, and return whether there was room."""
        if view.token is None:
            view = view._replace(token=f"kept:{urandom(12).hex()}")
        with self.lock:
            if len(self.views) >= settings.buffer_size:
                return False
            self.views.append(view)
            if not self.watched:
                self.watched = True
                atexit.register(self.close)
        return True

    def drain(self, at_most: int | None = None) -> None:
        """Count the views that wait, oldest first, as long as the backend takes them."""
        left = len(self.views) if at_most is None else at_most
        while left > 0:
            with self.lock:
                size = min(AT_ONCE, left, len(self.views))
                chunk = [self.views.popleft() for _ in range(size)]
            if not chunk:
                break
            left -= len(chunk)
            try:
                outcomes = get_backend().count(chunk)
            except BackendUnavailable as error:
                self._take_back(chunk)
                outages.report(error)
                return
            refused = [
                view
                for view, outcome in zip(chunk, outcomes, strict=True)
                if outcome.reason is Reason.UNAVAILABLE
            ]
            if refused:
                self._take_back(refused)
                return
        if not self.views:
            outages.ended()

    def _take_back(self, chunk: list[View]) -> None:
        with self.lock:
            self.views.extendleft(reversed(chunk))

    def close(self) -> None:
        """Try a last time; say what is lost with this process."""
        self.drain()
        if lost := sum(view.views for view in self.views):
            outages.next_time = 0.0
            outages.report(BackendUnavailable("this process ends"), lost=lost)
            self.views.clear()


buffer = Buffer()
