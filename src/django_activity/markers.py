"""How far a user has read a stream."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, models, router, transaction

from .cursors import Position, decode_cursor, encode_cursor, position_of
from .exceptions import InvalidAction, StaleMarker, UnsavedObject
from .managers import require_stored
from .models import STREAM_LENGTH, StreamMarker, get_action_model


def stream_marker(user: Any, stream: str = "home", *, using: str | None = None) -> StreamMarker:
    """How far `user` has read the stream of this name: any name, up to 64 characters.

    Markers are of users, also where actors are not. `marker.cursor` is the place of the newest
    action seen, "" at first; `marker.unseen(stream)` counts those after it; `api.advance_marker`
    moves it. Raises UnsavedObject for a guest. Costs one query and writes nothing.
    """
    _require_user(user)
    database = using or router.db_for_read(StreamMarker)
    found = StreamMarker.objects.using(database).filter(user=user.pk, stream=stream).first()
    return found or StreamMarker(user_id=user.pk, stream=stream)


def advance_marker(
    user: Any,
    stream: str,
    to: models.Model | str | None,
    *,
    version: int | None = None,
    using: str | None = None,
) -> StreamMarker:
    """Say that `user` has seen the stream of this name up to `to`, an action or a cursor.

    A marker never moves back: what is older than it changes nothing; nor do None and "", the
    cursors of an empty stream. Each move raises its `version`; with `version`, it is only moved if
    nobody else has moved it since. Returns the marker. Raises InvalidCursor, StaleMarker,
    InvalidAction for the name or what is no user, UnsavedObject for what has no primary key, or
    IntegrityError when the user is gone. Costs two queries.
    """
    if not 0 < len(stream) <= STREAM_LENGTH:
        raise InvalidAction(f"A stream's name has 1 to {STREAM_LENGTH} characters: {stream!r}.")
    if not to:
        return stream_marker(user, stream, using=using)
    _require_user(user)
    model = get_action_model()
    position = decode_cursor(to, model) if isinstance(to, str) else position_of(to)
    if position.pk is None:
        raise UnsavedObject(f"{to!r} is not saved, so it has no place in a stream.")
    database = using or router.db_for_write(StreamMarker)
    try:
        return _advanced(user, stream, position, version, database)
    except IntegrityError:
        # Somebody else was first to make the marker; or the user is gone, and it fails again.
        return _advanced(user, stream, position, version, database)


def _require_user(user: Any) -> None:
    require_stored(user)
    model: Any = StreamMarker._meta.get_field("user").related_model
    if not isinstance(user, model):
        raise InvalidAction(f"A marker is of a {model._meta.label}, and not of {user!r}.")


def _advanced(
    user: Any, stream: str, position: Position, version: int | None, database: str
) -> StreamMarker:
    with transaction.atomic(using=database):
        markers = StreamMarker.objects.using(database).select_for_update()
        marker = markers.filter(user=user.pk, stream=stream).first()
        if marker is None:
            marker = StreamMarker(user_id=user.pk, stream=stream)
        if version is not None and marker.version != version:
            raise StaleMarker(
                f"The marker of {stream!r} is at version {marker.version}, not {version}: it was "
                "moved meanwhile. Read it again."
            )
        if not marker.cursor or decode_cursor(marker.cursor, get_action_model()) < position:
            marker.cursor, marker.version = encode_cursor(position), marker.version + 1
            marker.save(using=database)
        return marker
