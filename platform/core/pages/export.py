"""Export: the rows of a list as a file, made in the background with the rights its owner has when it runs.

The order keeps what the owner asked for (the address of the list, or single records; names of columns), never rows:
what the roles allow is asked when the work begins.
"""

from __future__ import annotations

import datetime
import json
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from core.access import Actor, FieldRight
from core.access.masking import mask
from core.jobs.kinds import job
from core.jobs.models import Job
from core.jobs.run import JobFailed, Run
from core.jobs.services import enqueue
from core.live.services import notify
from core.pages.workbooks import LONGEST_TEXT, harmless, number_cell, write_csv, write_xlsx
from core.records.history import log
from core.resources import Column, Resource, registry
from core.resources.query import ListQuery

KIND = "export"
FORMATS = ("xlsx", "csv")
KEPT = timedelta(days=1)
"""How long the file can be fetched."""
CHUNK = 2000
MOST_SELECTED = 10_000

Text = Callable[[Any], str]


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
    _clear(folder)  # what an attempt left behind that was killed after it had stored its file
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
            url="/exports/",
        )
    except BaseException:
        default_storage.delete(stored)
        raise
    name = f"{title}-{timezone.localtime():%Y%m%d-%H%M}.{file_format}"
    return {"file": stored, "name": name, "rows": written, "bytes": size, "expires": expires.isoformat()}


@job("export.expire", label=gettext_lazy("Remove an export"), retries=5)
def export_expire(run: Run, *, job: int) -> None:
    """Delete the file of an export whose time is over."""
    _clear(f"{run.company.uuid}/exports/{job}")


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


class Table:
    """Turns rows of the database into rows of cells, chunk by chunk and column by column.

    Values are read as plain tuples: making a model of each row would take longer than all the rest. What only a model
    can answer (a derived column) is asked of the models of one chunk.
    """

    def __init__(self, resource: Resource, user: Actor, columns: Sequence[Column], *, plain: bool) -> None:
        self.resource = resource
        self.columns = columns
        self.plain = plain
        self._masked = [resource.right(user, column.name) is FieldRight.MASKED for column in columns]
        self._names: dict[str, dict[Any, str]] = {column.name: {} for column in columns}
        self._zone = timezone.get_current_timezone()
        self._from_row = [column for column in columns if column.value is None and column.kind != "many"]

    @property
    def headings(self) -> list[str]:
        """The labels of the columns."""
        return [str(column.label) for column in self.columns]

    @property
    def days(self) -> list[int]:
        """Which columns hold days without a time, as the workbook must know."""
        return [index for index, column in enumerate(self.columns) if column.kind == "date" and not self._masked[index]]

    def cells(self, rows: QuerySet[Any]) -> Iterator[list[tuple[Any, ...]]]:
        """The rows in chunks of cells, read through a cursor of the server: memory does not grow with their number."""
        fields = [self._path(column) for column in self._from_row]
        source = rows.values_list("pk", *fields).iterator(chunk_size=CHUNK)
        while chunk := list(islice(source, CHUNK)):
            pks, *values = zip(*chunk, strict=True)
            found = dict(zip((column.name for column in self._from_row), values, strict=True))
            models = self._models(pks)
            done = []
            for column, masked in zip(self.columns, self._masked, strict=True):
                taken = found[column.name] if column.name in found else [column.of(models[pk]) for pk in pks]
                done.append(self._column(column, taken, masked))
            yield list(zip(*done, strict=True)) if done else [() for _pk in pks]

    def _path(self, column: Column) -> str:
        return f"{column.name}_id" if column.kind in {"relation", "option"} else column.name

    def _models(self, pks: Sequence[Any]) -> Mapping[Any, Any]:
        if len(self._from_row) == len(self.columns):
            return {}
        # The rows were found in the scope of the user; these are the same rows once more.
        wanted = self.resource.model._base_manager.filter(pk__in=pks)
        return {record.pk: record for record in self.resource.with_columns(wanted)}

    def _column(self, column: Column, values: Sequence[Any], masked: bool) -> list[Any]:
        if column.kind in {"relation", "option"} and column.value is None:
            values = self._named(column, values)
        if masked:
            return [harmless(mask(column.text(value))) for value in values]
        match column.kind:
            case "choice":
                labels = {value: harmless(str(label)) for value, label in column.choices}
                return [labels.get(value, "" if value is None else harmless(str(value))) for value in values]
            case "boolean":
                words = {True: _("Yes"), False: _("No"), None: ""}
                return [words[value] for value in values]
            case "datetime":
                return [self._moment(value) for value in values]
            case "date":
                return [_day(value) for value in values] if self.plain else list(values)
            case "number" | "money":
                return list(values) if self.plain else [number_cell(value) for value in values]
            case "file":
                return [harmless(PurePosixPath(str(value or "")).name) for value in values]
            case "json":
                return [harmless(json.dumps(value, ensure_ascii=False)) if value else "" for value in values]
        return [self._text(column, value) for value in values]

    def _text(self, column: Column, value: Any) -> str:
        text = value if type(value) is str else column.text(value)
        return harmless(text if len(text) <= LONGEST_TEXT - 1 else f"{text[: LONGEST_TEXT - 2]}…")

    def _moment(self, value: datetime.datetime | None) -> Any:
        if value is None:
            return "" if self.plain else None
        local = value.astimezone(self._zone).replace(tzinfo=None)
        return local.isoformat(" ", "minutes") if self.plain else local

    def _named(self, column: Column, keys: Sequence[Any]) -> list[str]:
        """The texts of the records that the keys refer to; each is read once."""
        known = self._names[column.name]
        if missing := {key for key in keys if key is not None and key not in known}:
            field: Any = self.resource.model._meta.get_field(column.name)
            related = field.remote_field.model._base_manager.in_bulk(list(missing))
            known |= {key: str(record) for key, record in related.items()}
        return [known.get(key, "") for key in keys]


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

    def told() -> Iterator[Sequence[Any]]:
        nonlocal written
        for chunk in table.cells(rows):
            yield from chunk
            written += len(chunk)
            run.progress(written, total, _("%(done)s of %(total)s") % {"done": f"{written:,}", "total": f"{total:,}"})

    if table.plain:
        write_csv(path, table.headings, told())
    else:
        write_xlsx(path, title, table.headings, told(), total=total, days=table.days)
    return written


def _day(value: datetime.date | None) -> str:
    return value.isoformat() if value else ""


def _clear(folder: str) -> None:
    try:
        _folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in files:
        default_storage.delete(f"{folder}/{name}")
