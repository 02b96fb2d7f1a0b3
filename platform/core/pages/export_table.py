"""The rows of an export as cells: nearly all of it is read as values, which PostgreSQL has put into their form."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

from django.db.models import CharField, DecimalField, F, FloatField, Func, IntegerField, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _

from core.access import Actor, FieldRight
from core.access.masking import mask
from core.pages.workbooks import EXACT_DIGITS, harmless, moment_cell, number_cell, text_cells
from core.resources import Column, Resource

CHUNK = 2000
FORMATS_OF_TIME = {"date": "yyyy-mm-dd", "datetime": "yyyy-mm-dd hh:mm"}
NOTHING_IN_JSON = frozenset({None, "{}", "[]", "null", '""'})


class LocalText(Func):
    """A moment as the text of its local time, to the minute."""

    template = "left((%(expressions)s)::text, 16)"  # faster than to_char
    arg_joiner = " AT TIME ZONE "
    output_field = CharField()


class LocalNumber(Func):
    """A moment as workbooks count its local time."""

    template = "(extract(epoch FROM %(expressions)s) / 86400 + (DATE '1970-01-01' - DATE '1899-12-30'))::float8"
    arg_joiner = " AT TIME ZONE "
    output_field = FloatField()


class DayNumber(Func):
    """A day as workbooks count it."""

    template = "(%(expressions)s - DATE '1899-12-30')"
    output_field = IntegerField()


class Table:
    """Turns rows of the database into rows of cells, chunk by chunk and column by column.

    PostgreSQL hands over plain values in the form the file wants: making a model of each row, or a Python date of each
    moment, would take longer than all the rest. What only a model can answer (a derived column) is asked of the models
    of one chunk.
    """

    def __init__(self, resource: Resource, user: Actor, columns: Sequence[Column], *, plain: bool) -> None:
        self.resource = resource
        self.columns = columns
        self.plain = plain
        self._masked = {column.name for column in columns if resource.right(user, column.name) is FieldRight.MASKED}
        self._stored = [column for column in columns if column.value is None and column.kind != "many"]
        self._names: dict[str, dict[Any, str]] = {column.name: {} for column in columns}
        self._zone = timezone.get_current_timezone()

    @property
    def headings(self) -> list[str]:
        """The labels of the columns."""
        return [str(column.label) for column in self.columns]

    @property
    def formats(self) -> dict[int, str]:
        """How a workbook shows the numbers that are days and moments."""
        return {
            index: FORMATS_OF_TIME[column.kind]
            for index, column in enumerate(self.columns)
            if column.kind in FORMATS_OF_TIME and column.name not in self._masked
        }

    def cells(self, rows: QuerySet[Any]) -> Iterator[list[tuple[Any, ...]]]:
        """The rows in chunks of cells, read through a cursor of the server: memory does not grow with their number."""
        expressions = [self._expression(column) for column in self._stored]
        for chunk in _read_ahead(rows.values_list("pk", *expressions).iterator(chunk_size=CHUNK)):
            pks, *values = zip(*chunk, strict=True)
            found = dict(zip((column.name for column in self._stored), values, strict=True))
            models = self._models(pks)
            done = [
                self._cells(column, found[column.name])
                if column.name in found
                else self._derived(column, [column.of(models[pk]) for pk in pks])
                for column in self.columns
            ]
            yield list(zip(*done, strict=True)) if done else [() for _pk in pks]

    def _expression(self, column: Column) -> Any:
        """What is asked of the database for a column."""
        field: Any = self.resource.model._meta.get_field(column.name)
        if column.kind in {"relation", "option"}:
            return F(field.attname)
        if column.name in self._masked:
            return F(column.name)
        match column.kind:
            case "datetime":
                local = LocalText if self.plain else LocalNumber
                return local(F(column.name), Value(str(self._zone)))
            case "date":
                return Cast(column.name, TextField()) if self.plain else DayNumber(F(column.name))
            case "json":
                return Cast(column.name, TextField())
            case "number" | "money" if self.plain:
                return Cast(column.name, TextField())
            case "number" | "money" if isinstance(field, DecimalField) and field.max_digits <= EXACT_DIGITS:
                return Cast(column.name, FloatField())
        return F(column.name)

    def _models(self, pks: Sequence[Any]) -> Mapping[Any, Any]:
        if len(self._stored) == len(self.columns):
            return {}
        # The rows were found in the scope of the user; these are the same rows once more.
        wanted = self.resource.model.objects.known(pks)
        return {record.pk: record for record in self.resource.with_columns(wanted)}

    def _cells(self, column: Column, values: Sequence[Any]) -> Sequence[Any]:
        """The cells of a column from what `_expression` gave."""
        if column.kind in {"relation", "option"}:
            values = self._named(column, values)
        if column.name in self._masked:
            return self._starred(column, values)
        match column.kind:
            case "relation" | "option" | "text" | "long_text" | "email" | "url":
                return text_cells(values)
            case "datetime" | "date":
                return values
            case "number" | "money":
                return values if self.plain else [number_cell(value) for value in values]
            case "choice":
                labels = {value: harmless(str(label)) for value, label in column.choices}
                return [labels[value] if value in labels else harmless(column.text(value)) for value in values]
            case "boolean":
                words = {True: _("Yes"), False: _("No"), None: ""}
                return [words[value] for value in values]
            case "file":
                return text_cells([PurePosixPath(value or "").name for value in values])
            case "json":
                return text_cells(["" if value in NOTHING_IN_JSON else value for value in values])
        return text_cells([column.text(value) for value in values])

    def _derived(self, column: Column, values: Sequence[Any]) -> Sequence[Any]:
        """The cells of a column from Python values."""
        if column.name in self._masked:
            return self._starred(column, values)
        if column.kind in FORMATS_OF_TIME and not self.plain:
            return [moment_cell(self._local(value)) for value in values]
        if column.numeric:
            return [str(value) if self.plain and value is not None else number_cell(value) for value in values]
        return text_cells([column.text(value) for value in values])

    def _starred(self, column: Column, values: Sequence[Any]) -> list[str | None]:
        return text_cells([mask(column.text(value)) for value in values])

    def _local(self, value: Any) -> Any:
        if isinstance(value, datetime.datetime):
            return value.astimezone(self._zone).replace(tzinfo=None)
        return value

    def _named(self, column: Column, keys: Sequence[Any]) -> list[str]:
        """The texts of the records that the keys refer to; each is read once."""
        known = self._names[column.name]
        if missing := {key for key in keys if key is not None and key not in known}:
            field: Any = self.resource.model._meta.get_field(column.name)
            related = field.remote_field.model.objects.get_queryset().known(missing)
            known |= {record.pk: str(record) for record in related}
        return [known.get(key, "") for key in keys]


def _read_ahead(rows: Iterator[Any]) -> Iterator[list[Any]]:
    """The rows in chunks; PostgreSQL works on the next one while this one is written."""
    # The cursor is opened here, in the thread whose connection it belongs to; another only fetches from it.
    chunk = list(islice(rows, CHUNK))
    with ThreadPoolExecutor(1) as ahead:
        while chunk:
            coming = ahead.submit(lambda: list(islice(rows, CHUNK)))
            yield chunk
            chunk = coming.result()
