from __future__ import annotations

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class KeyField(models.CharField):  # type: ignore[type-arg]
    """Text that is told apart to the letter, on every database.

    By default MySQL and MariaDB take "nz", "NZ" and "ñz" for the same, and "nz " too.
    """

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        text = super().db_type(connection)
        if connection.vendor == "mysql":
            # Only MariaDB has a binary order that does not ignore spaces at the end.
            order = "utf8mb4_nopad_bin" if connection.mysql_is_mariadb else "utf8mb4_bin"  # type: ignore[attr-defined]
            return f"{text} CHARACTER SET utf8mb4 COLLATE {order}"
        return text
