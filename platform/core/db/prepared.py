"""Questions that every request asks: Django works out their SQL once in a process, later only the values change.

To build a query and turn it into SQL takes Django longer than PostgreSQL needs to answer it by a key.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db.models import Expression, Model, QuerySet

Found = TypeVar("Found", bound=Model)


class Given(Expression):
    """Stands in a query for a value that comes with each question."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """A placeholder, and itself as what fills it."""
        return "%s", [self]


class Prepared(Generic[Found]):
    """The rows of a query in which `Given` stands for values.

    `make` builds it, without `select_related`; what it prefetches is prefetched. Values go to PostgreSQL as they are:
    no field prepares them.
    """

    def __init__(self, make: Callable[[], QuerySet[Found]]) -> None:
        self._make = make

    @cached_property
    def _asked(self) -> tuple[type[Found], str, tuple[Any, ...], tuple[Any, ...]]:
        rows = self._make()
        sql, params = rows.query.sql_with_params()
        return rows.model, sql, params, rows._prefetch_related_lookups  # type: ignore[attr-defined]

    def __call__(self, **values: Any) -> list[Found]:
        """The rows for these values; KeyError where one is missing."""
        model, sql, params, prefetched = self._asked
        filled = [values[param.name] if isinstance(param, Given) else param for param in params]
        return list(model._base_manager.raw(sql, filled).prefetch_related(*prefetched))

    def first(self, **values: Any) -> Found | None:
        """The first of the rows, or None."""
        return next(iter(self(**values)), None)
