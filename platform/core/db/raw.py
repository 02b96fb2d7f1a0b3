"""The physical connection, for statements that Django's cursors are in the way of."""

from __future__ import annotations

from typing import Any

import psycopg
from django.db import connection

# What Django's parameters hold beside those of a plain connection.
_OF_DJANGO = frozenset({"context", "cursor_factory", "prepare_threshold"})


def raw_connection() -> psycopg.Connection[Any]:
    """The physical connection of this thread, set to where the thread is now."""
    connection.ensure_connection()
    connection.set_place()  # type: ignore[attr-defined]
    raw: psycopg.Connection[Any] = connection.connection
    return raw


def own_connection(name: str) -> psycopg.Connection[Any]:
    """A new connection beside those of Django, with autocommit; `name` is what PostgreSQL lists it as."""
    return psycopg.connect(**connection_params(), autocommit=True, application_name=name)


def connection_params() -> dict[str, Any]:
    """What psycopg needs to connect as Django does."""
    return {key: value for key, value in connection.get_connection_params().items() if key not in _OF_DJANGO}
