from __future__ import annotations

from typing import ClassVar


class FollowError(Exception):
    """Base of every refusal; `code` is stable and fit for programs, `str()` is for people."""

    code: ClassVar[str] = "follow_error"


class SelfFollow(FollowError):
    """Somebody tried to follow themselves."""

    code = "self_follow"


class NoSuchEdge(FollowError):
    """No edge model joins these two types, so one cannot follow the other."""

    code = "no_such_edge"


class UnsavedNode(FollowError):
    """One end is not in the database (never saved, or deleted meanwhile)."""

    code = "unsaved_node"
