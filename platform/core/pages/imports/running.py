"""The job that stores an import: one chunk a try, each in one transaction with the order for the next.

A chunk is stored together with what came of it, the end of its job and the job of the chunk after it. So a worker that
is killed leaves every chunk stored once or not at all, other companies have their turns in between, and nobody waits
for the locks of a hundred thousand rows.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from core.jobs.kinds import job
from core.jobs.run import Run
from core.jobs.services import enqueue
from core.live.services import notify
from core.pages.imports.checking import resource_of
from core.pages.imports.columns import importable
from core.pages.imports.models import Import, ImportChunk
from core.pages.imports.writing import Writer
from core.records.history import log
from core.resources import Resource

RUN = "import.run"
COUNTED = ("created", "updated", "skipped", "failed")


@job(RUN, label=gettext_lazy("Import"), retries=3, timeout=900)
def import_run(run: Run, *, batch: int) -> dict[str, Any]:
    """Store the next chunk, with the rights that the owner has now, and order the one after it."""
    running: Import = Import.objects.held(batch)
    if running.state != Import.State.RUNNING:
        return {}
    resource = resource_of(running, run.user)
    stored = sum(running.counts.get(name, 0) for name in COUNTED)
    tell(run, stored, running.rows_total)
    chunk = running.chunks().filter(state=ImportChunk.State.WAITING).first()
    if chunk is not None:
        chunk.outcome = Writer(resource, run.user, running).write(chunk.rows)
        chunk.state = ImportChunk.State.DONE
        chunk.save(update_fields=["outcome", "state"])
        for outcome in chunk.outcome:
            running.count(outcome[0])
        tell(run, stored + len(chunk.rows), running.rows_total)
    next_in_turn(run, running, RUN, running.chunks().filter(state=ImportChunk.State.WAITING), resource)
    return {"import": running.pk}


def next_in_turn(run: Run, batch: Import, kind: str, left: QuerySet[ImportChunk], resource: Resource) -> None:
    """Order the next chunk, or end the import (or its undoing) when none is left."""
    if (following := left.values_list("number", flat=True).first()) is not None:
        key = f"{batch.pk}/{following}"
        batch.job_id = enqueue(kind, {"batch": batch.pk}, by=run.user, key=key).pk
    else:
        _finish(run, batch, resource)
    batch.save()


def tell(run: Run, done: int, total: int) -> None:
    """Say how far it is, in rows."""
    run.progress(done, total, _("%(done)s of %(total)s") % {"done": f"{done:,}", "total": f"{total:,}"})


def _finish(run: Run, batch: Import, resource: Resource) -> None:
    undone = batch.state == Import.State.UNDOING
    batch.state = Import.State.UNDONE if undone else Import.State.DONE
    batch.finished_at = timezone.now()
    forget_secrets(batch, resource, run.user)
    names = ("removed", "reverted", "kept") if undone else COUNTED
    numbers = {name: batch.counts.get(name, 0) for name in names}
    log(
        "import_undo" if undone else "import",
        by=run.user,
        resource=resource.name,
        changes={"file": [None, batch.name], **{name: [None, number] for name, number in numbers.items()}},
    )
    if undone:
        title = gettext_noop("The import of %(what)s is undone: %(removed)s removed, %(reverted)s as before")
    else:
        title = gettext_noop("Imported into %(what)s: %(created)s created, %(updated)s updated, %(failed)s failed")
    notify(
        [run.user],
        kind="import_done",
        title=title,
        params={"what": str(resource.label), **numbers},
        url=f"{resource.url}import/{batch.pk}/",
    )


def forget_secrets(batch: Import, resource: Resource, user: Any) -> None:
    """Take passwords out of the rows that are kept."""
    fields = importable(resource, user)
    secret = [column for column, name in batch.columns.items() if name in fields and fields[name].secret]
    if not secret:
        return
    for chunk in batch.chunks().iterator(1):
        for _number, cells in chunk.rows:
            for column in secret:
                if column < len(cells):
                    cells[column] = ""
        chunk.save(update_fields=["rows"])
