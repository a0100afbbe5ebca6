from __future__ import annotations

from typing import ClassVar


class FollowError(Exception):
    """Base of every refusal; `code` is stable and fit for programs, `str()` is for people."""

    code: ClassVar[str] = "follow_error"


class SelfFollow(FollowError):
    """Somebody tried to follow, block or mute themselves."""

    code = "self_follow"


class NoSuchEdge(FollowError):
    """No edge model joins these two types, so one cannot follow the other."""

    code = "no_such_edge"


class UnsavedNode(FollowError):
    """One end is not in the database (never saved, or deleted meanwhile)."""

    code = "unsaved_node"


class Blocking(FollowError):
    """The follower blocks the followee, and has to unblock them first."""

    code = "blocking"


class Blocked(FollowError):
    """The followee blocks the follower."""

    code = "blocked"


class LimitReached(FollowError):
    """The follower follows as many as `FOLLOW_MAX_FOLLOWING` allows."""

    code = "limit_reached"


class NoSuchRequest(FollowError):
    """The follow request is gone: withdrawn, accepted or rejected meanwhile."""

    code = "no_such_request"


class InvalidCursor(FollowError):
    """A page was asked for by a cursor that this list never gave out."""

    code = "bad_cursor"
