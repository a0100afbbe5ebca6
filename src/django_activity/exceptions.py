from __future__ import annotations

from typing import ClassVar


class ActivityError(Exception):
    """Base of every refusal; `code` is stable and fit for programs, `str()` is for people."""

    code: ClassVar[str] = "activity_error"


class UnsavedObject(ActivityError):
    """An actor, object or target has no primary key yet, so no row could point to it."""

    code = "unsaved_object"


class InvalidAction(ActivityError, ValueError):
    """A value does not fit its column: the verb, the data, or the key of an object."""

    code = "invalid_action"


class UnknownVerb(InvalidAction):
    """ACTIVITY_STRICT_VERBS is on, and this verb is not registered."""

    code = "unknown_verb"


class MissingData(InvalidAction):
    """The verb requires data that the action does not have."""

    code = "missing_data"


class InvalidCursor(ActivityError, ValueError):
    """A page was asked for with a cursor that no page of this stream has given out."""

    code = "invalid_cursor"


class StaleMarker(ActivityError):
    """The marker was moved by somebody else since the version that the caller knows."""

    code = "stale_marker"
