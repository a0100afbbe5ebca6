"""The insertion of one action, in one statement, perhaps on a condition."""

from __future__ import annotations

from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import DatabaseDefault

from .models import AbstractAction
from .sources import SQL


def insert(
    action: AbstractAction,
    using: str,
    unless: SQL | None = None,
    lock: SQL | None = None,
) -> bool:
    """Insert `action`, by one statement, if no row meets a condition. Was it inserted?

    `lock` is a statement that is sent along with it, to be executed before.
    """
    connection = connections[using]
    values, unknown = _values(connection, action)
    sql, params = _insertion(connection, action, values, unless)
    pk_name = action._meta.pk.attname
    with connection.cursor() as cursor:
        if lock is None:
            cursor.execute(sql, params)
        else:
            from django.db.backends.postgresql.psycopg_any import is_psycopg3

            cursor.execute(f"{lock[0]}; {sql}", [*lock[1], *params])
            if is_psycopg3:
                cursor.nextset()  # psycopg2 gives the result of the last statement only
        if connection.features.can_return_columns_from_insert:
            row = cursor.fetchone()
        else:
            row = (cursor.lastrowid,) if cursor.rowcount else None
    if row is None:
        return False
    if action.pk is None or pk_name in unknown:
        action.pk = action._meta.pk.to_python(row[0])
    for name in unknown - {pk_name}:
        del action.__dict__[name]  # deferred: read from the row when asked for
    action._state.adding, action._state.db = False, using
    return True


def _values(
    connection: BaseDatabaseWrapper, action: AbstractAction
) -> tuple[dict[str, Any], set[str]]:
    """The value of each column to insert, and the attributes that only the database will know."""
    meta = action._meta
    values: dict[str, Any] = {}
    unknown: set[str] = set()
    for field in meta.concrete_fields:
        if field.generated:
            continue
        value = field.pre_save(action, add=True)
        kept = getattr(action, field.attname)
        if hasattr(kept, "resolve_expression"):
            unknown.add(field.attname)
        if isinstance(kept, DatabaseDefault) or (field is meta.pk and value is None):
            continue
        if hasattr(value, "resolve_expression"):
            query = type(action)._base_manager.all().query
            value = value.resolve_expression(query, allow_joins=False, for_save=True)
        values[str(field.column)] = field.get_db_prep_save(value, connection)
    return values, unknown


def _insertion(
    connection: BaseDatabaseWrapper,
    action: AbstractAction,
    values: dict[str, Any],
    unless: SQL | None,
) -> SQL:
    """INSERT … SELECT the action's values WHERE NOT EXISTS others, in the database's dialect."""
    quote = connection.ops.quote_name
    meta = action._meta
    texts, params = [], []
    for value in values.values():
        text, some = "%s", [value]
        if hasattr(value, "as_sql"):
            compiler = type(action)._base_manager.all().query.get_compiler(connection=connection)
            text, some = compiler.compile(value)
        texts.append(text)
        params += some
    sql = (  # names are quoted, values are parameters
        f"INSERT INTO {quote(meta.db_table)} ({', '.join(map(quote, values))}) "  # noqa: S608 (see above)
        f"SELECT {', '.join(texts)}"
        f"{' FROM DUAL' if connection.vendor == 'mysql' else ''}"
    )
    if unless is not None:
        condition, some = unless
        sql += f" WHERE NOT EXISTS (SELECT 1 FROM {quote(meta.db_table)} WHERE {condition})"  # noqa: S608 (see above)
        params += some
    if connection.features.can_return_columns_from_insert:
        sql += f" RETURNING {quote(str(meta.pk.column))}"
    return sql, params
