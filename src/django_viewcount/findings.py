from __future__ import annotations

from typing import Any, NamedTuple

OK, WARNING, ERROR = "ok", "warning", "error"


class Finding(NamedTuple):
    """One thing that was looked at, and whether it is as it should be."""

    name: str
    """What was looked at, stable and fit for programs."""
    level: str
    """ "ok", "warning" or "error"."""
    text: str
    """What was found, for people."""
    hint: str = ""
    """What to do about it."""
    value: Any = None
    """The figure behind it, fit for JSON."""
