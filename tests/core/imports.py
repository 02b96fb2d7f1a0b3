"""An import as a test makes one: a file, the columns, the jobs done at once."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from core.db import current_company
from core.jobs.kinds import kind_named
from core.jobs.models import Job
from core.jobs.run import Cancelled, Run
from core.pages.imports.models import Import, Policy
from core.pages.imports.services import import_begin, import_match, import_take_back, import_upload
from core.resources import Resource
from core.resources.registry import resources
from tenants.people.models import User


def csv_file(rows: Iterable[Sequence[str]], *, encoding: str = "utf-8", separator: str = ",") -> SimpleUploadedFile:
    """A CSV file of the rows, headings first."""
    file = io.StringIO()
    csv.writer(file, delimiter=separator).writerows(rows)
    return SimpleUploadedFile("rows.csv", file.getvalue().encode(encoding))


def fresh(user: User) -> User:
    """The user as the next request, or a worker, finds them."""
    found: User = User.objects.get_queryset().get(pk=user.pk)
    return found


class Stopped(Run):
    """A try that is stopped after so many pieces."""

    pieces = 1000

    def progress(self, done: int, total: int | None = None, text: str = "") -> None:
        """Stop when it is time to."""
        if not self.pieces:
            raise Cancelled
        self.pieces -= 1
        super().progress(done, total, text)


def worked(batch: Import, *, chunks: int = 1000) -> Import:
    """The import after its job was done, or stopped after so many chunks; without a worker."""
    batch.refresh_from_db()
    job = batch.job
    assert job is not None
    user = fresh(batch.owner)
    run = Stopped(company=current_company(), user=user, job_id=job.pk, attempt=1)
    run.pieces = chunks
    with translation.override(user.language or translation.get_language()), suppress(Cancelled):
        kind_named(job.kind).work(run, **job.payload)
        job.state = Job.State.DONE
        job.save()
    batch.refresh_from_db()
    return batch


def checked(
    resource: Resource | str,
    by: User,
    rows: Sequence[Sequence[str]],
    *,
    policy: str = Policy.SKIP,
    mapping: Mapping[int, str] | None = None,
    file: SimpleUploadedFile | None = None,
) -> Import:
    """An import of the rows, headings first, after its check."""
    found = resources[resource] if isinstance(resource, str) else resource
    batch = import_upload(found, file or csv_file(rows), by=by)
    import_match(batch, found, mapping or batch.columns, policy, by=by)
    return worked(batch)


def imported(
    resource: Resource | str,
    by: User,
    rows: Sequence[Sequence[str]],
    *,
    decisions: Mapping[str, str] | None = None,
    **how: Any,
) -> Import:
    """An import of the rows, headings first, done."""
    batch = checked(resource, by, rows, **how)
    import_begin(batch, decisions or {}, by=by)
    return worked(batch)


def undone(batch: Import) -> Import:
    """The import taken back."""
    import_take_back(batch, by=batch.owner)
    return worked(batch)


def findings(batch: Import) -> dict[int, Any]:
    """What the check says, by the numbers of the rows."""
    return {chunk.rows[int(place)][0]: found for chunk in batch.chunks() for place, found in chunk.findings.items()}


def errors(batch: Import) -> dict[int, dict[str, list[str]]]:
    """What is wrong, by the numbers of the rows."""
    return {number: found["errors"] for number, found in findings(batch).items() if "errors" in found}


def failed(batch: Import) -> dict[int, dict[str, list[str]]]:
    """What could not be stored and why, by the numbers of the rows."""
    return {
        number: outcome[1]
        for chunk in batch.chunks()
        for (number, _cells), outcome in zip(chunk.rows, chunk.outcome, strict=True)
        if outcome[0] == "failed"
    }
