"""Export: the rows of a list as a file, made in the background with the rights its owner has when it runs.

The order keeps what the owner asked for (the address of the list, or single records; names of columns), never rows:
what the roles allow is asked when the work begins.
"""

from __future__ import annotations

import datetime
import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain, islice
from pathlib import Path, PurePosixPath
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.db.models import CharField, DecimalField, F, FloatField, Func, IntegerField, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from core.access import Actor, FieldRight
from core.access.masking import mask
from core.jobs.kinds import job
from core.jobs.models import PAGE, Job
from core.jobs.run import JobFailed, Run
from core.jobs.services import enqueue
from core.live.services import notify
from core.pages.workbooks import EXACT_DIGITS, harmless, moment_cell, number_cell, text_cells, write_csv, write_xlsx
from core.records.files import files_delete
from core.records.history import log
from core.resources import Column, Resource, registry
from core.resources.query import ListQuery

KIND = "export"
FORMATS = ("xlsx", "csv")
KEPT = timedelta(days=1)
"""How long the file can be fetched."""
CHUNK = 2000
FORMATS_OF_TIME = {"date": "yyyy-mm-dd", "datetime": "yyyy-mm-dd hh:mm"}
NOTHING_IN_JSON = frozenset({None, "{}", "[]", "null", '""'})
MOST_SELECTED = 10_000


def export_order(
    resource: Resource,
    *,
    by: Actor,
    file_format: str,
    query: str = "",
    columns: Sequence[str] = (),
    ids: Sequence[int] = (),
) -> Job:
    """Order an export of the rows that `query` (a list's parameters) or `ids` name; all columns of the list if none.

    The caller has checked the permission to export; it is checked again when the work begins.
    Raises ValueError for an unknown format.
    """
    if file_format not in FORMATS:
        raise ValueError(f"Exports are made as {' or '.join(FORMATS)}, not {file_format!r}")
    payload = {
        "resource": resource.name,
        "file_format": file_format,
        "query": query,
        "columns": list(columns),
        "ids": list(ids),
    }
    return enqueue(KIND, payload, by=by)


@job(KIND, label=gettext_lazy("Export"), retries=2, timeout=1800)
def export(
    run: Run, *, resource: str, file_format: str, query: str, columns: Sequence[str], ids: Sequence[int]
) -> dict[str, Any]:
    """Write the file, store it under the company's prefix, tell the owner."""
    exported = registry.resources.get(resource)
    if exported is None:
        raise JobFailed(_("This list does not exist any more."))
    if not run.user.access.may(exported.permission("export")):
        raise JobFailed(_("Your roles no longer allow this export."))
    rows = _rows(exported, run.user, query, ids)
    shown = exported.columns_for(run.user, columns)
    title = str(exported.label)
    folder = f"{run.company.uuid}/exports/{run.job_id}"
    files_delete(folder)  # what an attempt left behind that was killed after it had stored its file
    with tempfile.TemporaryDirectory(prefix="export-") as scratch:
        path = Path(scratch) / f"export.{file_format}"
        written = _write(path, run, Table(exported, run.user, shown, plain=file_format == "csv"), rows, title)
        with path.open("rb") as file:
            stored = default_storage.save(f"{folder}/{uuid.uuid4().hex}.{file_format}", File(file))
        size = path.stat().st_size
    try:
        expires = timezone.now() + KEPT
        enqueue("export.expire", {"job": run.job_id}, by=None, at=expires, key=f"{run.job_id}/{run.attempt}")
        log(
            "export",
            by=run.user,
            resource=exported.name,
            changes={"rows": [None, written], "format": [None, file_format]},
        )
        notify(
            [run.user],
            kind="export_ready",
            title=gettext_noop("Your export is ready: %(what)s"),
            params={"what": f"{title} · {written:,}"},
            url=PAGE,
        )
    except BaseException:
        default_storage.delete(stored)
        raise
    name = f"{title}-{timezone.localtime():%Y%m%d-%H%M}.{file_format}"
    return {"file": stored, "name": name, "rows": written, "bytes": size, "expires": expires.isoformat()}


@job("export.expire", label=gettext_lazy("Remove an export"), retries=5)
def export_expire(run: Run, *, job: int) -> None:
    """Delete the file of an export whose time is over."""
    files_delete(f"{run.company.uuid}/exports/{job}")


def exports_of(user: Any) -> QuerySet[Job]:
    """The exports a user ordered, newest first."""
    return Job.rows.of(user.pk).filter(kind=KIND)


@dataclass(frozen=True, slots=True)
class ExportFile:
    """The file of a finished export."""

    stored: str
    name: str
    rows: int
    size: int
    expires: datetime.datetime

    @classmethod
    def of(cls, ordered: Job) -> ExportFile | None:
        """The file, or None when there is none: not finished, failed, or over its time."""
        result: Mapping[str, Any] | None = ordered.result
        if ordered.state != Job.State.DONE or not result:
            return None
        expires = datetime.datetime.fromisoformat(result["expires"])
        if expires <= timezone.now():
            return None
        return cls(result["file"], result["name"], result["rows"], result["bytes"], expires)


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


def _rows(resource: Resource, user: Actor, query: str, ids: Sequence[int]) -> QuerySet[Any]:
    asked = ListQuery(resource, user, QueryDict(query), "export")
    rows: QuerySet[Any] = asked.rows
    if asked.problems:
        # Leaving a condition out would export rows that nobody asked for.
        raise JobFailed(" ".join(problem.message for problem in asked.problems))
    return rows.filter(pk__in=ids) if ids else rows


def _write(path: Path, run: Run, table: Table, rows: QuerySet[Any], title: str) -> int:
    """Write the file; how many rows it has."""
    total = rows.order_by().count()
    written = 0

    def told() -> Iterator[Sequence[Sequence[Any]]]:
        nonlocal written
        for chunk in table.cells(rows):
            yield chunk
            written += len(chunk)
            run.progress(written, total, _("%(done)s of %(total)s") % {"done": f"{written:,}", "total": f"{total:,}"})

    if table.plain:
        write_csv(path, table.headings, told())
    else:
        flat = chain.from_iterable(told())
        write_xlsx(path, title, table.headings, flat, total=total, formats=table.formats)
    return written
