from __future__ import annotations

from typing import ClassVar


class ViewCountError(Exception):
    """Base of every error; `code` is stable and fit for programs, `str()` is for people."""

    code: ClassVar[str] = "view_count_error"


class UnsavedObject(ViewCountError):
    """The object has no primary key yet, so nothing can be counted for it."""

    code = "unsaved_object"


class UnsupportedKey(ViewCountError):
    """The object's primary key does not fit the counter tables (composite, or too long)."""

    code = "unsupported_key"


class UnknownPeriod(ViewCountError, ValueError):
    """There is no ranking for this period."""

    code = "unknown_period"


class BackendUnavailable(ViewCountError):
    """The place where views are kept does not answer."""

    code = "backend_unavailable"
