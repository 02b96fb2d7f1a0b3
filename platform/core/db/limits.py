"""Statements that are worth waiting for a moment, and not longer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import psycopg
from django.db import OperationalError, connection, transaction

T = TypeVar("T")


def within(milliseconds: int, run: Callable[[], T]) -> T | None:
    """What `run` returns; None when one of its statements took longer and was cancelled."""
    before = _statement_timeout() if connection.in_atomic_block else None
    try:
        with transaction.atomic():
            _set_statement_timeout(f"{milliseconds}ms")
            result = run()
            if before is not None:  # the limit would last as long as the transaction around this
                _set_statement_timeout(before)
            return result
    except OperationalError as error:
        if isinstance(error.__cause__, psycopg.errors.QueryCanceled):
            return None
        raise


def _statement_timeout() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout')")
        return str(cursor.fetchone()[0])


def _set_statement_timeout(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [value])
