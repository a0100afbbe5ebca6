"""What the pages show of the streams of members."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.utils.translation import gettext as _

from bookmarks.pages import Refusal
from django_activity.api import advance_marker, stream_marker
from django_activity.cursors import decode_cursor, position_of
from django_activity.exceptions import InvalidCursor
from django_activity.models import Action
from django_activity.streams import GroupedPage, Stream, actor_stream, home_stream, public_stream
from django_follow.models import Follow

SIZE = 20
MOST_NEW = 100
PICTURES = 500  # of a member, the newest ones: what is done to others is not looked for


def around(member: User) -> Stream:
    """What those did whom a member follows; for one who follows nobody, what everybody did."""
    if Follow.objects.of(member).exists():
        return home_stream(member)
    return public_stream(viewer=member).exclude(actor=member)


def about(member: User) -> Stream:
    """What others did to a member and to their pictures."""
    pictures = member.images_created
    keys = [str(key) for key in pictures.values_list("pk", flat=True)[:PICTURES]]
    types = ContentType.objects.get_for_models(User, pictures.model)
    done = Q(target_content_type=types[User], target_object_id=str(member.pk))
    done |= Q(target_content_type=types[pictures.model], target_object_id__in=keys)
    return public_stream(viewer=member).filter(done).exclude(actor=member)


STREAMS: dict[str, Callable[[User], Stream]] = {"around": around, "about": about}


def news_page(member: User, name: str, before: str) -> dict[str, Any]:
    """A page of one of these, and on the first one how much is new since the last visit."""
    stream = STREAMS[name](member)
    marker = None if before else stream_marker(member, name)
    page = read(stream, before)
    return {
        "stream": page,
        "stream_of_all": name == "around" and not stream.sources,
        "unseen": unseen(stream, page, marker.cursor) if marker and marker.cursor else 0,
    }


def unseen(stream: Stream, page: GroupedPage, since: str) -> int:
    """How many actions of a page are newer than a cursor; where all are, how many of the stream.

    Not the stream's count alone: that has what ACTIVITY_VISIBLE keeps from the page, too.
    """
    read_to = decode_cursor(since, Action)
    new = [position_of(action) > read_to for group in page.groups for action in group.actions]
    return stream.count_since(since, MOST_NEW) if all(new) and page.next_cursor else sum(new)


def mark_read(member: User, name: str, cursor: str) -> None:
    """Remember that a member has read a stream down from a cursor."""
    try:
        advance_marker(member, name, cursor)
    except InvalidCursor:
        raise _damaged() from None


def count_news(member: User, name: str, since: str) -> int:
    """How much came to a stream since a cursor, counted to MOST_NEW at most."""
    try:
        return newer(STREAMS[name](member), since or None)
    except InvalidCursor:
        raise _damaged() from None


def newer(stream: Stream, since: str | None) -> int:
    """How many of the actions that a reader would see are newer than a cursor."""
    return len(stream.newest(since, MOST_NEW).actions)


def member_page(member: User, viewer: Any, before: str) -> GroupedPage:
    """What a member did, as a viewer may see it."""
    return read(actor_stream(member, viewer=viewer), before)


def read(stream: Stream, before: str) -> GroupedPage:
    try:
        return stream.grouped_page(SIZE, before or None)
    except InvalidCursor:
        raise _damaged() from None


def _damaged() -> Refusal:
    return Refusal(400, _("The address of these entries is damaged. Start again from the newest."))
