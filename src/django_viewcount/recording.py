"""From a request to a counted view."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import index
from typing import NamedTuple

from django.db import models
from django.http import HttpRequest

from .backends import get_backend
from .backends.base import Outcome, View, Visitor
from .buffering import buffer
from .clock import moment
from .conf import settings
from .exceptions import BackendUnavailable
from .milestones import announce
from .outages import outages
from .reasons import Reason
from .receivers import watch
from .targets import DEFAULT_COUNTER, ROBOT_COUNTER, Target, target_of, write_alias
from .visitors import detail, refusal, visitor_from, visitor_of

# Views kept during an outage that one request may count, so that none of them waits long.
PER_REQUEST = 50

MAX_TOKEN = 64
MOST_VIEWS = 1_000_000_000


class ViewResult(NamedTuple):
    """Was a request counted, why or why not, and how many views the object has now."""

    counted: bool
    reason: Reason
    views: int | None
    """The total with this view, or None if it was not counted or the total is not known."""


class Explanation(NamedTuple):
    """What `count_view()` would answer, and why."""

    reason: Reason
    detail: str
    """A sentence for people."""


def count_view(
    request: HttpRequest | None,
    obj: models.Model,
    *,
    counter: str = DEFAULT_COUNTER,
    views: int = 1,
    at: datetime | None = None,
    visitor: str | None = None,
    token: str | None = None,
    using: str | None = None,
) -> ViewResult:
    """Count a view of an object, unless the request is no view.

    `request` is None for views that come from elsewhere, such as an import; `at` is when they
    happened, now by default, `views` how many there were, and `visitor` any text that tells one
    visitor from another. A view whose `token` (up to 64 characters) was counted in the last 24
    hours is not counted again. `counter` is "view" or one of VIEWCOUNT_COUNTERS.

    Never sets a cookie nor touches the session. Costs one round trip to Redis and no SQL; the first
    view of a day in each process costs one round trip more. A backend that does not answer is no
    error: the view is kept for later, Reason.BUFFERED, or is Reason.UNAVAILABLE. Raises
    UnsavedObject, UnsupportedKey, UnknownCounter, TypeError for views that are no whole number, or
    ValueError for fewer than one, or for a token that is too long.

    Without Redis a view is part of your transaction and locks its counter. Count outside of
    transactions or at their end, with `transaction.on_commit()`: two that count several objects
    in differing order can deadlock, and MySQL and MariaDB then end the whole transaction.
    """
    target = target_of(obj, counter)
    if views != 1 or views is True:
        views = whole(views)
    check_token(token)
    reason = None if request is None else refusal(request, obj)
    if reason is not None:
        if reason is Reason.ROBOT:
            count_robot(target, moment(at), write_alias(using), token)
        return ViewResult(False, reason, None)
    when, alias = moment(at), write_alias(using)
    person = identify(request, visitor, when, alias)
    return record([View(target, when, alias, views, person, token)])[0]


def count_views(
    request: HttpRequest | None,
    items: Iterable[tuple[models.Model, str, str | None]],
    *,
    visitor: str | None = None,
    using: str | None = None,
) -> list[ViewResult]:
    """Count many objects in one request, such as what a page has shown of a list.

    `items` are an object, the name of a counter and a token or None each. Costs one round trip, per
    node of a cluster. Answers and raises what `count_view()` does, before anything is counted.
    """
    pairs = [(obj, target_of(obj, counter), check_token(token)) for obj, counter, token in items]
    reasons = [None if request is None else refusal(request, obj) for obj, _, _ in pairs]
    targets = [(target, token) for _, target, token in pairs]
    return _count_many(request, targets, reasons, visitor, using)


def count_signed(
    request: HttpRequest, items: Sequence[tuple[Target, str | None]], *, using: str | None = None
) -> list[ViewResult]:
    """Count targets that the site has signed, for a request that is itself no view of them.

    The rules of method and prefetch, and of owners, do not apply.
    """
    reason = refusal(request, None, beacon=True)
    return _count_many(request, items, [reason] * len(items), None, using)


def _count_many(
    request: HttpRequest | None,
    items: Sequence[tuple[Target, str | None]],
    reasons: Sequence[Reason | None],
    visitor: str | None,
    using: str | None,
) -> list[ViewResult]:
    when, alias = moment(), write_alias(using)
    views = []
    if any(reason is None for reason in reasons):
        person = identify(request, visitor, when, alias)
    for (target, token), reason in zip(items, reasons, strict=True):
        if reason is None:
            views.append(View(target, when, alias, 1, person, token))
        elif reason is Reason.ROBOT:
            count_robot(target, when, alias, token)
    results = iter(record(views))
    return [
        next(results) if reason is None else ViewResult(False, reason, None) for reason in reasons
    ]


def count_robot(target: Target, when: datetime, alias: str, token: str | None) -> None:
    if settings.count_robots:
        record([View(target._replace(counter=ROBOT_COUNTER), when, alias, 1, None, token)])


def identify(
    request: HttpRequest | None, visitor: str | None, when: datetime, alias: str
) -> Visitor | None:
    """Who looks, or None where nobody can tell."""
    try:
        person = None if request is None else visitor_of(request, when, alias)
        if visitor is None:
            return person
        named = visitor_from(visitor, when, alias)
        return named if person is None else named._replace(network=person.network)
    except BackendUnavailable as error:
        outages.report(error)  # there is no salt, so a view has no visitor
        return None


def record(views: Sequence[View]) -> list[ViewResult]:
    """Have the backend count; keep what it cannot take now."""
    backend = get_backend()
    for view in views:
        watch(view.target.model)
    try:
        outcomes = backend.count(views) if views else []
    except BackendUnavailable as error:
        return [keep(view, error) for view in views]
    if backend.supports_buffer:
        if buffer.views:
            buffer.drain(PER_REQUEST)
    else:
        announce(views, outcomes)
    return [answer(view, outcome) for view, outcome in zip(views, outcomes, strict=True)]


def answer(view: View, outcome: Outcome) -> ViewResult:
    reason, total = outcome
    if reason is Reason.UNAVAILABLE:
        return keep(view, BackendUnavailable("Redis refused a view"))
    return ViewResult(reason is Reason.COUNTED, reason, total)


def keep(view: View, error: BackendUnavailable) -> ViewResult:
    """Keep a view for later, unless that could count it twice or there is no room."""
    if error.uncertain and view.token is None:
        outages.report(error, uncertain=view.views)
    elif get_backend().supports_buffer and buffer.add(view):
        outages.report(error)
        return ViewResult(True, Reason.BUFFERED, None)
    else:
        outages.report(error, lost=view.views)
    return ViewResult(False, Reason.UNAVAILABLE, None)


def explain(
    request: HttpRequest,
    obj: models.Model,
    *,
    counter: str = DEFAULT_COUNTER,
    using: str | None = None,
) -> Explanation:
    """Tell what `count_view()` would answer to a request, and why, without counting it.

    Costs what `count_view()` does. Raises BackendUnavailable, UnsavedObject, UnsupportedKey or
    UnknownCounter.
    """
    target = target_of(obj, counter)
    reason = refusal(request, obj)
    if reason is None:
        when, alias = moment(), write_alias(using)
        view = View(target, when, alias, 1, visitor_of(request, when, alias))
        reason = get_backend().seen(view) or Reason.COUNTED
    return Explanation(reason, detail(reason, request, obj))


def check_token(token: str | None) -> str | None:
    """Return a token that can be kept. Raises ValueError, or TypeError for what is no text."""
    if token is not None and not isinstance(token, str):
        raise TypeError(f"token is {token!r}: give text.")
    # Half a character, as JSON can spell it, is not printable, and nothing can keep it.
    if token is not None and (len(token) > MAX_TOKEN or not token.isprintable()):
        raise ValueError(f"A token is text of at most {MAX_TOKEN} characters, and not {token!r}.")
    return token


def whole(views: int) -> int:
    try:
        number = index(views)
    except TypeError:
        raise TypeError(f"views is {views!r}: give a whole number, 1 or more.") from None
    if number < 1:
        raise ValueError(f"views is {views!r}: views are only ever added, so give 1 or more.")
    if number > MOST_VIEWS:
        raise ValueError(f"views is {views!r}: give at most {MOST_VIEWS:,} at once.")
    return number
