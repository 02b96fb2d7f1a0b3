"""Export: the rows of a list as a file, made in the background with the rights its owner has when it runs.

The order keeps what the owner asked for (the address of the list, or single records; names of columns), never rows:
what the roles allow is asked when the work begins.
"""

from __future__ import annotations

import datetime
import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from core.access import Actor
from core.jobs.kinds import job
from core.jobs.models import PAGE, Job
from core.jobs.run import JobFailed, Run
from core.jobs.services import enqueue
from core.live.services import notify
from core.pages.export_table import Table
from core.pages.workbooks import write_csv, write_xlsx
from core.records.files import files_delete
from core.records.history import log
from core.resources import Resource, registry
from core.resources.query import ListQuery

KIND = "export"
FORMATS = ("xlsx", "csv")
KEPT = timedelta(days=1)
"""How long the file can be fetched."""
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
