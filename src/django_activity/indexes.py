from __future__ import annotations

from typing import Any

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement


class SparseIndex(models.Index):
    """An index without the rows whose first field is NULL, where the database can leave them out.

    `condition` would say the same, but brings a warning to every project on MySQL and MariaDB,
    which cannot.
    """

    def create_sql(
        self,
        model: type[models.Model],
        schema_editor: BaseDatabaseSchemaEditor,
        using: str = "",
        **kwargs: Any,
    ) -> Statement:
        statement = super().create_sql(model, schema_editor, using, **kwargs)
        if schema_editor.connection.features.supports_partial_indexes:
            field: Any = model._meta.get_field(self.fields[0])
            column = schema_editor.quote_name(field.column)
            parts: dict[str, Any] = statement.parts
            parts["condition"] = f" WHERE {column} IS NOT NULL"
        return statement


def stream_indexes(prefix: str = "") -> list[models.Index]:
    """One index per family of streams, each in the order in which a stream is read from its end.

    Ascending, since new rows then come where the index grows, and its pages are left fuller than
    in the order of the streams. `public` comes before the time, where it costs no space: the
    newest public action of somebody is one probe, which need not read the row. Without a prefix
    Django names them, in a way that fits a model of any name.
    """

    def name(family: str) -> str | None:
        return f"{prefix}_{family}" if prefix else None

    order = ("public", "created", "id")
    return [
        models.Index(fields=["actor", *order], name=name("actor")),
        SparseIndex(
            fields=["target_content_type", "target_object_id", *order], name=name("target")
        ),
        SparseIndex(
            fields=["action_object_content_type", "action_object_object_id", *order],
            name=name("object"),
        ),
        models.Index(fields=["created", "id"], name=name("all")),
    ]
