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


class UnknownCounter(ViewCountError, ValueError):
    """The project has declared no counter of this name."""

    code = "unknown_counter"


class UnknownPeriod(ViewCountError, ValueError):
    """There is no ranking for this period, or no such range of days."""

    code = "unknown_period"


class DifferentModels(ViewCountError, TypeError):
    """Views can be moved from one object to another of the same model only."""

    code = "different_models"


class InvalidBeacon(ViewCountError):
    """A beacon does not come from this site, or names nothing that is counted here."""

    code = "invalid_beacon"


class ExpiredBeacon(InvalidBeacon):
    """A beacon is older than VIEWCOUNT_BEACON_MAX_AGE."""

    code = "expired_beacon"


class BackendUnavailable(ViewCountError):
    """The place where views are kept does not answer.

    `uncertain` tells that what was asked of it may be done all the same.
    """

    code = "backend_unavailable"

    def __init__(self, message: str, *, uncertain: bool = False) -> None:
        super().__init__(message)
        self.uncertain = uncertain
