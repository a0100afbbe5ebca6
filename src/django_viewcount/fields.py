from __future__ import annotations

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class KeyField(models.CharField):  # type: ignore[type-arg]
    """Text that is told apart to the letter, on every database.

    By default MySQL and MariaDB take "nz", "NZ" and "ñz" for the same.
    """

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        text = super().db_type(connection)
        if connection.vendor == "mysql":
            return f"{text} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
        return text
