"""Questions that every request asks: Django works out their SQL once in a process, later only the values change.

To build a query and turn it into SQL takes Django longer than PostgreSQL needs to answer it by a key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Expression,
    F,
    Field,
    Func,
    Model,
    QuerySet,
    Value,
    prefetch_related_objects,
)

Found = TypeVar("Found", bound=Model)


class Given(Expression):
    """Stands in a query for a value that comes with each question."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """A placeholder, and itself as what fills it."""
        return "%s", [self]


class Among(Func):
    """Whether the key (or, said so by `kind`, the text) in the column `name` is one of many, given as one value.

    As many values they take long to be written and read, and each number of them is a question of its own.
    """

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()

    def __init__(self, name: str, keys: Iterable[Any] | Given, kind: type[Field[Any, Any]] = BigIntegerField) -> None:
        many = keys if isinstance(keys, Given) else Value(list(keys), output_field=ArrayField(kind()))
        super().__init__(F(name), many)


@dataclass(frozen=True, slots=True)
class _Question(Generic[Found]):
    """The SQL of a query, and how records are made of the rows it gives."""

    model: type[Found]
    sql: str
    params: tuple[Any, ...]
    names: Sequence[str]
    converters: Sequence[tuple[int, Sequence[Callable[..., Any]], Any]]
    derived: Sequence[tuple[str, int]]
    prefetched: Sequence[Any]

    @classmethod
    def of(cls, rows: QuerySet[Found]) -> _Question[Found]:
        compiler: Any = rows.query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        expressions = [selected for selected, _sql, _alias in compiler.select]
        names = [expressions[place].target.attname for place in compiler.klass_info["select_fields"]]
        converters = compiler.get_converters(expressions).items()
        return cls(
            rows.model,
            sql,
            params,
            names,
            [(place, each, expression) for place, (each, expression) in converters],
            list((compiler.annotation_col_map or {}).items()),
            rows._prefetch_related_lookups,  # type: ignore[attr-defined]
        )


class Prepared(Generic[Found]):
    """The rows of a query in which `Given` stands for values.

    `make` builds it, without `select_related`; what it prefetches is prefetched. Values go to PostgreSQL as they are:
    no field prepares them.
    """

    def __init__(self, make: Callable[[], QuerySet[Found]]) -> None:
        self._make = make

    @cached_property
    def _asked(self) -> _Question[Found]:
        return _Question.of(self._make())

    def __call__(self, **values: Any) -> list[Found]:
        """The rows for these values; KeyError where one is missing."""
        asked = self._asked
        filled = [values[param.name] if isinstance(param, Given) else param for param in asked.params]
        with connection.cursor() as cursor:
            cursor.execute(asked.sql, filled)
            rows = cursor.fetchall()
        if asked.converters:
            rows = [_converted(row, asked.converters) for row in rows]
        # As Django's ModelIterable does, which works all of this out anew for each query.
        made = asked.model.from_db
        width = len(asked.names)
        found = [made(connection.alias, asked.names, row[:width]) for row in rows]
        for name, place in asked.derived:
            for record, row in zip(found, rows, strict=True):
                setattr(record, name, row[place])
        if asked.prefetched:
            prefetch_related_objects(found, *asked.prefetched)
        return found

    def first(self, **values: Any) -> Found | None:
        """The first of the rows, or None."""
        return next(iter(self(**values)), None)


def _converted(
    row: Sequence[Any], converters: Sequence[tuple[int, Sequence[Callable[..., Any]], Any]]
) -> tuple[Any, ...]:
    values = list(row)
    for place, each, expression in converters:
        for convert in each:
            values[place] = convert(values[place], expression, connection)
    return tuple(values)
