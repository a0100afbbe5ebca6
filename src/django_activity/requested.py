"""What a request asks for: whose stream, which page."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from .answers import Refusal
from .conf import settings
from .exceptions import InvalidCursor
from .models import get_action_model
from .paging import MAX_PAGE_SIZE, Page, Stream

DEFAULT_PAGE_SIZE = 20


def viewer_of(request: HttpRequest) -> Any:
    """Who reads: the user, or None for a guest."""
    user = getattr(request, "user", None)
    return user if getattr(user, "is_authenticated", False) else None


def page_parameters(request: HttpRequest) -> dict[str, str]:
    """Those of `size`, `before` and `after` that the request has."""
    names = ("size", "before", "after")
    return {name: request.GET[name] for name in names if request.GET.get(name)}


def requested_page(request: HttpRequest, stream: Stream) -> Page:
    """The page of a stream that the request asks for. Raises Refusal; costs what `page()` does."""
    parameters = page_parameters(request)
    size = _number(parameters.get("size", str(DEFAULT_PAGE_SIZE)))
    if size not in range(1, MAX_PAGE_SIZE + 1):
        reason = _("size must be a number from 1 to %(limit)d.") % {"limit": MAX_PAGE_SIZE}
        raise Refusal(400, "bad_size", reason)
    try:
        return stream.page(size, parameters.get("before"), after=parameters.get("after"))
    except InvalidCursor as error:
        raise bad_cursor() from error


def bad_cursor() -> Refusal:
    return Refusal(400, "bad_cursor", _("The stream has no such place. Start again at its top."))


def find_actor(key: str) -> Any:
    """The actor with this primary key, if active, as in an address. Raises Http404; one query."""
    actors: Any = get_action_model()._meta.get_field("actor").related_model
    user = _find(actors._default_manager.all(), key)
    if not getattr(user, "is_active", True):
        raise _not_found()
    return user


def find_target(app_label: str, model_name: str, key: str) -> Any:
    """The object of a model that ACTIVITY_EXPOSED_TARGETS names. Raises Http404; one query.

    It is looked for where ACTIVITY_PREFETCH says, else with the model's default manager.
    """
    label = f"{app_label}.{model_name}".lower()
    if label not in {exposed.lower() for exposed in settings.exposed_targets}:
        raise _not_found()  # before any look at the table: nobody may probe others
    queryset = settings.queryset_for(label)
    if queryset is None:
        try:
            queryset = apps.get_model(label)._default_manager.all()
        except LookupError:  # a system check says so, too
            raise _not_found() from None
    return _find(queryset, key)


def _find(queryset: models.QuerySet[Any], key: str) -> Any:
    try:
        if "\x00" in key:
            raise ValueError(key)
        return queryset.get(pk=queryset.model._meta.pk.to_python(key))
    except (ObjectDoesNotExist, OverflowError, TypeError, ValueError, ValidationError):
        raise _not_found() from None


def _not_found() -> Http404:
    return Http404(_("There is no such stream."))


def _number(text: str) -> int:
    """The number that these digits are; -1 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1
