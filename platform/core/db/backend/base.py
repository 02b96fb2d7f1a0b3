"""A PostgreSQL backend that fails closed: with no company set, no table is found.

Path, role and number of the company are set in one statement, before the first statement that needs them, and are
remembered on the physical connection: the same company again costs nothing. A SET is undone by ROLLBACK, so whatever
rolls back also forgets what was set.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.conf import settings
from django.db.backends.postgresql.base import CursorDebugWrapper
from django.db.backends.postgresql.introspection import DatabaseIntrospection
from django.db.backends.utils import CursorWrapper
from django.utils.asyncio import async_unsafe
from django_tenants.postgresql_backend import base as tenants
from psycopg.pq import TransactionStatus

from core.db.backend.moments import with_moments
from core.db.context import NO_PLACE, NOWHERE, CompanySwitchRefused, Place, bound_to_place, current_place

# Every company visited leaves its tables in the memory of the PostgreSQL process behind a connection, for good.
COMPANIES_PER_CONNECTION = 150
SECONDS_PER_CONNECTION = 450.0

_SET_PLACE = (
    "SELECT set_config('search_path', %s, false), set_config('role', %s, false), set_config('qiku.company', %s, false)"
)


@dataclass(slots=True)
class Served:
    """What one physical connection is set to now (None: unknown) and whom it has served since when."""

    place: Place | None = NO_PLACE
    companies: set[str] = field(default_factory=set)
    since: float = field(default_factory=time.monotonic)

    def is_enough(self) -> bool:
        """Whether the connection has served so many companies, or so long, that a fresh one is cheaper."""
        limit = getattr(settings, "COMPANIES_PER_CONNECTION", COMPANIES_PER_CONNECTION)
        return len(self.companies) >= limit or (
            bool(self.companies) and time.monotonic() - self.since > SECONDS_PER_CONNECTION
        )


def served_by(connection: psycopg.Connection[Any]) -> Served:
    """The record kept on the physical connection itself, so that it follows it through the pool."""
    record: Served | None = connection.__dict__.get("_served")
    if record is None:
        record = connection.__dict__["_served"] = Served()
    return record


class _PlacedCursor(CursorWrapper):
    """Checks the place before each statement: a cursor may be kept while its thread visits another company."""

    def _execute(self, sql: Any, params: Any, *ignored: Any) -> Any:
        self.db.set_place()
        return super()._execute(sql, params, *ignored)  # type: ignore[misc]

    def _executemany(self, sql: Any, param_list: Any, *ignored: Any) -> Any:
        self.db.set_place()
        return super()._executemany(sql, param_list, *ignored)  # type: ignore[misc]


class _PlacedDebugCursor(_PlacedCursor, CursorDebugWrapper):
    """The same, for when Django counts the queries."""


class DatabaseWrapper(tenants.DatabaseWrapper):
    """Django's connection of one thread; where it may look is decided by `core.db.run_in_company`."""

    connection: psycopg.Connection[Any] | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Introspection follows the path that is set, as every other statement does.
        self.introspection = DatabaseIntrospection(self)

    def set_tenant(self, tenant: Any, include_public: bool = True) -> None:
        """Refused: the stock way sets the company for whatever the thread does next, forever."""
        raise CompanySwitchRefused("use core.db.run_in_company")

    def set_schema_to_public(self) -> None:
        """Nothing to do: without a company the path leads nowhere, least of all to public."""

    def get_connection_params(self) -> dict[str, Any]:
        """Connections are born with the path that leads nowhere, before the first statement of ours."""
        params: dict[str, Any] = super().get_connection_params()
        if self.timezone is datetime.UTC:
            params["context"] = with_moments(params["context"])
        params["options"] = f"{params.get('options', '')} -c search_path={NOWHERE}".strip()
        return params

    def set_place(self) -> None:
        """Bring the physical connection to where its thread is now; raises what PostgreSQL answers."""
        self._handle_search_path()

    def _handle_search_path(self, cursor: Any = None) -> None:
        connection = self.connection
        if connection is None:
            return
        served = served_by(connection)
        wanted = current_place()
        # In a failed transaction every statement is refused until the rollback, which forgets the place anyway.
        if served.place == wanted or connection.info.transaction_status == TransactionStatus.INERROR:
            return
        served.place = None
        with self.wrap_database_errors:
            connection.execute(_SET_PLACE, wanted)
        served.place = wanted
        if wanted is not NO_PLACE:
            served.companies.add(wanted.path)

    def _forget_place(self) -> None:
        if self.connection is not None:
            served_by(self.connection).place = None

    def make_cursor(self, cursor: Any) -> CursorWrapper:
        """A cursor whose every statement is checked for its place."""
        return _PlacedCursor(cursor, self)

    def make_debug_cursor(self, cursor: Any) -> CursorDebugWrapper:
        """The same, counting queries."""
        return _PlacedDebugCursor(cursor, self)

    def _commit(self) -> None:
        try:
            super()._commit()
        except Exception:
            self._forget_place()  # a commit that fails rolls back
            raise

    def _rollback(self) -> None:
        try:
            super()._rollback()
        finally:
            self._forget_place()

    def _savepoint_rollback(self, sid: str) -> None:
        try:
            super()._savepoint_rollback(sid)
        finally:
            self._forget_place()

    def on_commit(self, func: Callable[[], object], robust: bool = False) -> None:
        """As Django's; `func` runs in the company in which it was given, wherever the commit happens."""
        super().on_commit(bound_to_place(func) if callable(func) else func, robust)

    def close_if_served_enough(self) -> None:
        """Give up a physical connection that has grown; called when its thread leaves a company."""
        if self.connection is not None and served_by(self.connection).is_enough():
            self.close()

    @async_unsafe
    def close_if_unusable_or_obsolete(self) -> None:
        """As Django's, and give up a connection that has grown."""
        super().close_if_unusable_or_obsolete()
        if not self.in_atomic_block:
            self.close_if_served_enough()

    def _close(self) -> None:
        connection = self.connection
        if connection is not None:
            if connection.info.transaction_status != TransactionStatus.IDLE:
                self._forget_place()  # the pool rolls back what it gets in a transaction
            if self.pool and served_by(connection).is_enough():
                connection.__dict__["_expire_at"] = 0.0  # psycopg_pool replaces what is past its date
        super()._close()
