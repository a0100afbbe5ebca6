from __future__ import annotations

from enum import Enum


class Reason(str, Enum):
    """Why a request was counted as a view, or was not."""

    COUNTED = "counted"
    """It counts."""
    BUFFERED = "buffered"
    """It counts, and waits in this process until Redis answers again."""
    METHOD = "method"
    """Only GET shows a page to somebody."""
    PREFETCH = "prefetch"
    """The browser fetches the page before, or without, showing it."""
    ROBOT = "robot"
    """A robot; counted apart, in the counter "robot"."""
    OPT_OUT = "opt_out"
    """The browser asks not to be followed, and the site respects it."""
    EXCLUDED = "excluded"
    """The visitor is one of those whose views do not count."""
    OWNER = "owner"
    """The visitor owns the object."""
    COOLDOWN = "cooldown"
    """The same visitor viewed the same object a moment ago."""
    NETWORK_LIMIT = "network_limit"
    """The visitor's network has added as many views as it may in this hour."""
    REPEATED = "repeated"
    """The same view was sent before, under the same token."""
    UNAVAILABLE = "unavailable"
    """The place where views are kept does not answer, and the view is lost."""

    def __str__(self) -> str:
        return self.value
