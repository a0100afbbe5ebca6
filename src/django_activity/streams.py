from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import MAXYEAR, datetime
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings as project_settings
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import models
from django.db.models import Q
from django.utils.timezone import is_aware

from .conf import settings
from .exceptions import InvalidCursor
from .managers import ActionQuerySet
from .models import AbstractAction, get_action_model
from .resolving import attach_objects

__all__ = [
    "Page",
    "Stream",
    "actor_stream",
    "home_stream",
    "object_stream",
    "public_stream",
    "target_stream",
]

MAX_PAGE_SIZE = 200


@dataclass(frozen=True)
class Page:
    """One page of a stream, newest first."""

    actions: list[Any]
    """The actions, with actor, action object and target fetched; None where one is gone."""

    next_cursor: str | None
    """Where the next, older page starts; None on the last page."""


@dataclass(frozen=True)
class Stream:
    """A list of actions to be read page by page."""

    queryset: ActionQuerySet[Any]
    """What is in the stream, before order and cursor; filter it further as you like."""

    def page(self, size: int = 20, before: str | None = None) -> Page:
        """Return up to `size` (1 to 200) actions older than the cursor `before`.

        Raises InvalidCursor, or ValueError for the size. Costs one query, and one per type of
        object on the page, whatever its size and however deep it lies.
        """
        if size not in range(1, MAX_PAGE_SIZE + 1):
            raise ValueError(f"The size of a page is 1 to {MAX_PAGE_SIZE}, not {size!r}.")
        actions = self.queryset
        if before is not None:
            actions = actions.older_than(*decode_cursor(before, actions.model))
        along = ("actor", *(f"actor__{name}" for name in settings.actor_select_related))
        # One more than asked for tells whether there is a next page, without a COUNT.
        found = list(actions.select_related(*along).newest_first()[: size + 1])
        shown = found[:size]
        attach_objects(shown, actions.db)
        return Page(shown, encode_cursor(shown[-1]) if len(found) > size else None)

    async def apage(self, size: int = 20, before: str | None = None) -> Page:
        """See page()."""
        return await sync_to_async(self.page)(size, before)


def actor_stream(actor: models.Model | None, *, using: str | None = None) -> Stream:
    """What `actor` (None: the system) did in public."""
    return Stream(_public(using).by(actor))


def target_stream(target: models.Model, *, using: str | None = None) -> Stream:
    """What was done in public at `target`."""
    return Stream(_public(using).at(target))


def object_stream(action_object: models.Model, *, using: str | None = None) -> Stream:
    """What was done in public to `action_object`."""
    return Stream(_public(using).upon(action_object))


def public_stream(*, using: str | None = None) -> Stream:
    """Everything done in public."""
    return Stream(_public(using))


def home_stream(user: models.Model, with_self: bool = False, *, using: str | None = None) -> Stream:
    """What those whom `user` follows did in public, and with `with_self` what `user` did too.

    Whom a user follows is the project's to say: ACTIVITY_FOLLOWEES. Raises ImproperlyConfigured
    when it does not.
    """
    if settings.followees is None:
        raise ImproperlyConfigured(
            "home_stream() needs ACTIVITY_FOLLOWEES: the dotted path of a function from a user to "
            "a queryset of the primary keys of the actors they follow."
        )
    whom = Q(actor__in=settings.followees(user))
    if with_self:
        whom |= Q(actor=user.pk)
    return Stream(_public(using).filter(whom))


def encode_cursor(action: AbstractAction) -> str:
    """The opaque position of an action in `newest_first` order."""
    position = f"{action.created.isoformat()} {action.pk}"
    return base64.urlsafe_b64encode(position.encode()).decode().rstrip("=")


def decode_cursor(cursor: str, model: type[models.Model]) -> tuple[datetime, Any]:
    """The position that a cursor stands for. Raises InvalidCursor."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        created, _, pk = (
            base64.b64decode(padded, altchars=b"-_", validate=True).decode().partition(" ")
        )
        field = model._meta.pk
        position = _in_range(datetime.fromisoformat(created)), field.to_python(pk)
        field.run_validators(position[1])
    except (ValueError, binascii.Error, ValidationError) as error:
        raise InvalidCursor(f"{cursor[:80]!r} is not a cursor of this stream.") from error
    return position


def _in_range(created: datetime) -> datetime:
    # Somebody's own making: with the wrong kind of time, or so far off that no database takes it.
    if is_aware(created) is not project_settings.USE_TZ or not 1 < created.year < MAXYEAR:
        raise ValueError(created)
    return created


def _public(using: str | None) -> Any:
    return get_action_model()._default_manager.using(using).public()
