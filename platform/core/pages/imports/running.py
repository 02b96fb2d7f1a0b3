"""The job that stores an import, chunk by chunk: each in one transaction with what came of it.

So a worker killed at any instant leaves every chunk stored once or not at all, and nobody waits for the locks of a
hundred thousand rows. What the roles allow is asked anew for every chunk.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from core.access import Actor
from core.db.deadlocks import again_on_deadlock
from core.jobs.garbage import looked_for_at_the_end
from core.jobs.kinds import job
from core.jobs.owners import owner_of, refusal_of
from core.jobs.run import JobFailed, Run
from core.live.services import notify
from core.pages.imports.checking import resource_of
from core.pages.imports.columns import importable
from core.pages.imports.models import Import, ImportChunk
from core.pages.imports.writing import Writer
from core.records.acting import Acting, acting_as
from core.records.history import log
from core.resources import Resource

RUN = "import.run"
COUNTED = ("created", "updated", "skipped", "failed")

Piece = Callable[[Import, ImportChunk, Resource, Any], None]


@job(RUN, label=gettext_lazy("Import"), retries=5, timeout=3600, in_pieces=True)
def import_run(run: Run, **payload: Any) -> dict[str, Any]:
    """Store the chunks that are not stored yet."""
    return by_chunks(run, payload, ImportChunk.State.WAITING, store)


def store(batch: Import, chunk: ImportChunk, resource: Resource, user: Any) -> None:
    """Store the rows of a chunk, with what came of each."""
    chunk.outcome = Writer(resource, user, batch).write(chunk.rows)
    chunk.state = ImportChunk.State.DONE
    for outcome in chunk.outcome:
        batch.count(outcome[0])


def by_chunks(run: Run, payload: dict[str, Any], left: ImportChunk.State, piece: Piece) -> dict[str, Any]:
    """Do a piece of work to each chunk of an import that is in the state `left`; the last one first when it is undone.

    The last piece ends the import, and tells its owner.
    """
    batch: Import = Import.objects.numbered(payload["batch"])
    working, total = batch.state, batch.chunks().count()
    with acting_as(Acting(payload["address"], payload["impersonator"])):
        while batch.state == working:
            share = 1 - batch.chunks().filter(state=left).count() / total
            done = round(batch.rows_total * share)
            told = {"done": f"{done:,}", "total": f"{batch.rows_total:,}"}
            run.progress(done, batch.rows_total, _("%(done)s of %(total)s") % told)
            with looked_for_at_the_end():
                batch = _do_chunk(run, batch, left, piece)
    run.done = batch.rows_total
    return {"import": batch.pk}


@again_on_deadlock
@transaction.atomic
def _do_chunk(run: Run, batch: Import, left: ImportChunk.State, piece: Piece) -> Import:
    """Do the next chunk, unless a worker that was taken for dead did the last one after all."""
    held: Import = Import.objects.held(batch.pk)
    if held.state != batch.state:
        return held
    user = owner_of(run.user.pk)
    if barred := refusal_of(user):
        raise JobFailed(barred)
    resource = resource_of(held, user)
    order = "-number" if held.state == Import.State.UNDOING else "number"
    chunks = held.chunks().filter(state=left).order_by(order)
    if (chunk := chunks.first()) is not None:
        piece(held, chunk, resource, user)
        chunk.save(update_fields=["outcome", "undo", "state"])
    if not chunks.exists():
        _finish(held, resource, user)
    held.save()
    return held


def _finish(batch: Import, resource: Resource, user: Any) -> None:
    undone = batch.state == Import.State.UNDOING
    batch.state = Import.State.UNDONE if undone else Import.State.DONE
    batch.finished_at = timezone.now()
    _forget_secrets(batch, resource, user)
    names = ("removed", "reverted", "kept") if undone else COUNTED
    numbers = {name: batch.counts.get(name, 0) for name in names}
    log(
        "import_undo" if undone else "import",
        by=user,
        resource=resource.name,
        changes={"file": [None, batch.name], **{name: [None, number] for name, number in numbers.items()}},
    )
    if undone:
        title = gettext_noop("The import of %(what)s is undone: %(removed)s removed, %(reverted)s as before")
    else:
        title = gettext_noop("Imported into %(what)s: %(created)s created, %(updated)s updated, %(failed)s failed")
    params = {"what": str(resource.label), **{name: f"{number:,}" for name, number in numbers.items()}}
    notify([user], kind="import_done", title=title, params=params, url=batch.url)


def _forget_secrets(batch: Import, resource: Resource, user: Actor) -> None:
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
