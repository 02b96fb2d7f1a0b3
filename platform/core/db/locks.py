"""Locks beside those of rows, held until the end of the transaction."""

from __future__ import annotations

from typing import Any

from django.db import connection, models

from core.db.context import current_company


def hold(name: str, *, shared: bool = False) -> None:
    """Wait for what this company calls `name`, and hold it; `shared` with all who hold it so.

    Names are hashed: two of them may, very rarely, keep each other waiting for nothing.
    """
    function = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s, hashtext(%s))", [current_company().id, name])


def held_value(row: models.Model, column: str) -> Any:
    """The value of a column of the stored row, which others may read but nobody changes; None without the row."""
    quote = connection.ops.quote_name
    field: Any = row._meta.get_field(column)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {quote(field.column)} FROM {quote(row._meta.db_table)} WHERE id = %s FOR SHARE",  # noqa: S608
            [row.pk],
        )
        found = cursor.fetchone()
    return found[0] if found else None
