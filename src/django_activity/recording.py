"""Logging of actions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import models, router, transaction

from .announcing import announce_logged
from .conf import settings
from .dedup import (
    find_repeats,
    find_same,
    insert_unless_logged,
    queue_up,
    transaction_for,
)
from .exceptions import ActivityError, InvalidAction
from .inserting import insert
from .models import AbstractAction, get_action_model
from .validation import build
from .verbs import Verb
from .windows import WINDOW_HINT, is_window

REQUIRED = frozenset({"actor", "verb"})
OPTIONAL = frozenset({"target", "action_object", "data", "public", "created"})
DEDUP_ROUNDS = 3  # then the action is logged whatever stands in the way


def log(
    actor: models.Model | None,
    verb: str,
    target: models.Model | None = None,
    *,
    action_object: models.Model | None = None,
    data: Mapping[str, Any] | None = None,
    public: bool = True,
    created: datetime | None = None,
    dedup: float | None = None,
    using: str | None = None,
) -> tuple[AbstractAction, bool]:
    """Log that `actor` (None: the system) did `verb`, once within the de-duplication window.

    `data` is a dict of anything JSON holds, `created` back-dates, and `dedup` is the window in
    seconds instead of the verb's or ACTIVITY_DEDUP_WINDOW (0: log every time). Actions are the same
    when actor, verb, action object and target are. Returns the action and whether it is new; a
    repeat returns the one already there. The row belongs to the caller's transaction, and
    `action_logged` is sent when that commits. The row is inserted by one statement of its own:
    `save()` and its signals are not involved.

    Raises UnsavedObject for something without a primary key; InvalidAction for an actor of another
    type, a verb that is empty or too long, data that is not JSON, a key over 64 characters, or a
    time with the wrong kind of zone; UnknownVerb and MissingData as the verbs are registered.
    Costs one statement (on MySQL and MariaDB two), a repeat one more. Equal actions
    logged by others wait for this transaction to end.
    """
    model = get_action_model()
    database = using or router.db_for_write(model)
    action, described = build(
        model,
        database,
        actor,
        verb,
        target,
        action_object=action_object,
        data=data,
        public=public,
        created=created,
    )
    window = _window(described, dedup)
    with transaction_for(database):
        for _ in range(DEDUP_ROUNDS if window else 0):
            if insert_unless_logged(action, window, database):
                break
            logged = find_same(action, window, database)
            if logged is not None:
                return logged, False
            # Deleted between the two statements: it no longer stands in the way.
        else:
            insert(action, database)
        announce_logged([action], database)
    return action, True


def log_many(
    entries: Iterable[Mapping[str, Any]],
    *,
    dedup: float | None = None,
    batch_size: int = 1000,
    using: str | None = None,
) -> list[AbstractAction]:
    """Log many actions at once: all of them or, if one is refused, none.

    Each entry is a dict of what `log()` takes: `actor`, `verb`, and perhaps `target`,
    `action_object`, `data`, `public`, `created`. Returns the new actions in their order; an entry
    that repeats a logged action or one before it is left out. `batch_size` is the number of rows
    per INSERT.

    Raises what `log()` raises, naming the entry. Costs one statement per batch, one per 5,000
    entries (on SQLite 499) to find repeats, and one to wait for writers of the same actions. With
    more than 500 entries on PostgreSQL, everybody who logs with a window waits until this
    transaction ends; `dedup=0` looks for no repeats and waits for nobody. On MySQL the actions
    returned have no primary keys.
    """
    model = get_action_model()
    database = using or router.db_for_write(model)
    actions: list[AbstractAction] = []
    windows: list[float] = []
    for position, entry in enumerate(entries):
        if not _is_entry(entry):
            raise InvalidAction(
                f"Entry {position}: it must be a dict with {', '.join(sorted(REQUIRED))}, and "
                f"perhaps {', '.join(sorted(OPTIONAL))}; not {entry!r}."
            )
        try:
            action, verb = build(model, database, **entry)
        except ActivityError as error:
            error.args = (f"Entry {position}: {error}",)
            raise
        actions.append(action)
        windows.append(_window(verb, dedup))
    with transaction.atomic(using=database):
        if any(windows):
            queue_up([a for a, window in zip(actions, windows, strict=True) if window], database)
            repeats = find_repeats(actions, windows, database)
            actions = [action for n, action in enumerate(actions) if n not in repeats]
        if actions:
            model._base_manager.using(database).bulk_create(actions, batch_size=batch_size)
            announce_logged(actions, database)
    return actions


def _is_entry(entry: Any) -> bool:
    return isinstance(entry, Mapping) and REQUIRED <= entry.keys() <= REQUIRED | OPTIONAL


def _window(verb: Verb, dedup: float | None) -> float:
    if dedup is not None:
        if not is_window(dedup):
            raise InvalidAction(f"{WINDOW_HINT} The window is {dedup!r}.")
        return dedup
    return settings.dedup_window if verb.window is None else verb.window
