"""Places in a stream, as text that means nothing to whoever carries it."""

from __future__ import annotations

import base64
import binascii
from datetime import MAXYEAR, datetime
from typing import Any, NamedTuple

from django.conf import settings as project_settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.timezone import is_aware

from .exceptions import InvalidCursor


class Position(NamedTuple):
    """The place of an action in the order of streams."""

    created: datetime
    pk: Any


def position_of(action: Any) -> Position:
    return Position(action.created, action.pk)


def encode_cursor(position: Position) -> str:
    """The cursor of a position."""
    text = f"{position.created.isoformat()} {position.pk}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(cursor: str, model: type[models.Model]) -> Position:
    """The position that a cursor stands for. Raises InvalidCursor."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        created, _, pk = (
            base64.b64decode(padded, altchars=b"-_", validate=True).decode().partition(" ")
        )
        field = model._meta.pk
        position = Position(_in_range(datetime.fromisoformat(created)), field.to_python(pk))
        field.run_validators(position.pk)
    except (AttributeError, ValueError, binascii.Error, ValidationError) as error:
        raise InvalidCursor(f"{str(cursor)[:80]!r} is not a cursor of this stream.") from error
    return position


def _in_range(created: datetime) -> datetime:
    # Somebody's own making: with the wrong kind of time, or so far off that no database takes it.
    if is_aware(created) is not project_settings.USE_TZ or not 1 < created.year < MAXYEAR:
        raise ValueError(created)
    return created
