"""Where the actions of a stream come from."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from django.core.exceptions import EmptyResultSet, ImproperlyConfigured
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q

SQL = tuple[str, list[Any]]

UUID_PARTS = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
LONG_AGO = datetime(1000, 1, 1, tzinfo=timezone.utc)  # the first year of MySQL and MariaDB


@dataclass(frozen=True)
class Condition:
    """One source: the actions that meet a condition for which there is an index."""

    q: Q


@dataclass(frozen=True)
class Followed:
    """Many sources of one kind, by their keys: actors, or objects of one model."""

    keys: Any
    """A queryset of one column; or of two, with the time since when; or a list. See `fixed()`."""

    role: str = "actor"
    """What the keys are to an action: "actor", "target" or "action_object"."""

    model: Any = None
    """The model of the keys; for actors that of the actor."""

    also: Any = None
    """One more key."""

    hidden: Any = None
    """Keys to leave out, as a queryset or a list."""

    since: bool = False
    """Leave out what happened before the time that comes with a key."""

    q: Q = field(default_factory=Q)
    """What else the actions of these sources must meet."""


def keys_of(followed: Followed, connection: BaseDatabaseWrapper) -> SQL:
    """The keys as a query of the columns `k` and, if asked for, `since`."""
    # Whoever has no keys is left out as a source, unless there is one more.
    given, params, columns = _query(
        followed.keys, followed.model, connection, elide_empty=followed.also is None
    )
    names = "k, since" if columns == 2 else "k"
    if followed.since and columns != 2:
        raise ImproperlyConfigured(
            "For since_follow, ACTIVITY_FOLLOWEES must return two columns: the key of the actor, "
            'and the time of the follow, as in .values("followee", "created").'
        )
    if followed.also is not None:
        field = followed.model._meta.pk
        also = [followed.also] if columns == 1 else [followed.also, LONG_AGO]
        fields = [field, models.DateTimeField()]
        given = f"SELECT * FROM ({given}) AS query UNION ALL SELECT {', '.join(['%s'] * columns)}"
        params += [
            f.get_db_prep_value(value, connection) for f, value in zip(fields, also, strict=False)
        ]
    tables, where = f"given({names}) AS ({given})", "k IS NOT NULL"
    if followed.hidden is not None:
        with suppress(EmptyResultSet):
            hidden, some, _ = _query(followed.hidden, followed.model, connection)
            tables += f", hidden(k) AS ({hidden})"
            where += " AND NOT EXISTS (SELECT 1 FROM hidden WHERE hidden.k = given.k)"
            params += some
    key = "k" if followed.role == "actor" else _as_text(followed.model, connection)
    chosen = f"{key} AS k, MIN(since) AS since" if followed.since else f"DISTINCT {key} AS k"
    group = " GROUP BY k" if followed.since else ""
    return f"WITH {tables} SELECT {chosen} FROM given WHERE {where}{group}", params


def fixed(keys: Any, using: str, name: str) -> Any:
    """Keys that a project gives, as a queryset of this database or as a list.

    One query when it is a queryset of another database, from which one column is taken. Raises
    ImproperlyConfigured, which names the setting, for what has no keys.
    """
    if isinstance(keys, models.QuerySet):
        given: Any = keys
        if given._db in {None, using}:
            return given
        fields = given._fields
        keys = given.values_list("pk" if fields is None else fields[0], flat=True)
    try:
        found = list(keys)
    except TypeError as error:
        raise ImproperlyConfigured(
            f"{name} gave {keys!r}, and neither a queryset nor a list of primary keys."
        ) from error
    if any(isinstance(key, models.Model) for key in found):
        raise ImproperlyConfigured(f"{name} gave objects, and not their primary keys.")
    return found


def _query(
    keys: Any, model: Any, connection: BaseDatabaseWrapper, *, elide_empty: bool = True
) -> tuple[str, list[Any], int]:
    """What the project gives, as SQL with its parameters and its number of columns."""
    if not isinstance(keys, models.QuerySet):
        keys = model._base_manager.filter(pk__in=keys).values("pk")
    elif keys._fields is None:  # type: ignore[attr-defined]
        if not issubclass(keys.model, model._meta.concrete_model):
            raise ImproperlyConfigured(
                f"A queryset of {keys.model._meta.label} has no keys of {model._meta.label}: name "
                'the column that has them, as in .values("followee").'
            )
        keys = keys.values("pk")
    if not keys.query.is_sliced:
        keys = keys.order_by()
    compiler = keys.query.get_compiler(connection=connection, elide_empty=elide_empty)
    sql, params = compiler.as_sql()
    return sql, list(params), len(keys.query.values_select) + len(keys.query.annotation_select)


def _as_text(model: Any, connection: BaseDatabaseWrapper) -> str:
    """The key `k` as actions hold it: in the words of `str()`."""
    field = model._meta.pk
    while field.remote_field:
        field = field.target_field
    if isinstance(field, models.UUIDField) and not connection.features.has_native_uuid_field:
        parts = [f"SUBSTR(k, {start}, {n})" for start, n in UUID_PARTS]
        if connection.vendor == "mysql":
            return f"CONCAT_WS('-', {', '.join(parts)})"
        return " || '-' || ".join(parts)
    kind = {"postgresql": "TEXT", "sqlite": "TEXT"}.get(connection.vendor, "CHAR")
    return f"CAST(k AS {kind})"
