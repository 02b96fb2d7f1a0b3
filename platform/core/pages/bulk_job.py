"""A step for more records than a request should do: ordered with the records it is for, done in chunks.

The records are those that matched when the user said so. Each chunk is a transaction of its own that also marks the
chunk as done, so a worker killed at any instant does no record twice and none is left out. What the roles allow is
asked anew for every chunk.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from core.access import Actor
from core.db.deadlocks import again_on_deadlock
from core.jobs.kinds import job
from core.jobs.models import PAGE, Job
from core.jobs.owners import owner_of, refusal_of
from core.jobs.run import JobFailed, Run
from core.jobs.services import enqueue
from core.live.services import notify
from core.pages.bulk_chunks import BulkChunk
from core.pages.steps import Step, form_of, step_named, undoing
from core.records.acting import Acting, acting, acting_as
from core.resources import Resource, registry

KIND = "bulk"
CHUNK = 20  # records a transaction: what they lock others wait for, so it is to be over within a second


@transaction.atomic
def bulk_order(
    resource: Resource, name: str, pks: Iterable[int], *, by: Actor, values: str = "", back: str = ""
) -> Job:
    """Order the step `name` for the records `pks`, which may be any number and are read once.

    Args:
        resource: whose records they are.
        name: delete, restore, purge or an action.
        pks: found through the rows of `by`; the caller has checked the permission, which is asked again at work.
        by: with whose rights it is done.
        values: what an action's form was sent with, as a query string.
        back: the list that the records were chosen from.
    """
    payload = {"resource": resource.name, "name": name, "values": values, "back": back, **_circumstances()}
    ordered = enqueue(KIND, payload, by=by)
    BulkChunk.rows.keep(ordered, ((pk, None) for pk in pks), size=CHUNK)
    return ordered


@transaction.atomic
def bulk_undo(done: Job, *, by: Actor) -> Job:
    """Order that a step for many is taken back, of all records that it was done to; once, however often it is asked.

    Raises:
        PermissionDenied: it is somebody else's, or the roles would not allow the step any more.
        Http404: there is nothing to take back, or no way to.
    """
    resource = registry.resources.get(done.payload["resource"])
    if done.requested_by != by.pk:
        raise PermissionDenied("Only who did something takes it back")
    if resource is None or not done.is_finished or done.payload.get("undoes"):
        raise Http404("nothing to take back")
    step = step_named(resource, by, done.payload["name"], {})
    if not step.undo:
        raise Http404("no way back")
    if not by.access.may(resource.permission(step.verb)):
        raise PermissionDenied(resource.permission(step.verb))
    payload = {
        **done.payload,
        "values": "",
        "name": step.undo,
        "verb": step.verb,
        "undoes": done.pk,
        **_circumstances(),
    }
    ordered = enqueue(KIND, payload, by=by, key=undo_key(done.pk))
    if not BulkChunk.rows.of(ordered.pk).exists():
        chunks = BulkChunk.rows.of(done.pk).iterator(chunk_size=500)
        again = ((pk, chunk.former.get(str(pk))) for chunk in chunks for pk in chunk.done)
        BulkChunk.rows.keep(ordered, again, size=CHUNK)
    return ordered


def undo_key(job_id: int) -> str:
    """The key of the job that takes that one back."""
    return f"undo/{job_id}"


@job(KIND, label=gettext_lazy("Step for many records"), retries=5, timeout=1800, in_pieces=True)
def bulk(run: Run, **payload: Any) -> dict[str, Any]:
    """Do what is left of the step, chunk by chunk; with the last one its owner is told."""
    resource = registry.resources.get(payload["resource"])
    if resource is None:
        raise JobFailed(_("This list does not exist any more."))
    tally = BulkChunk.rows.tallies([run.job_id])[run.job_id]
    done = tally.done + tally.failed
    left = list(BulkChunk.rows.of(run.job_id).unfinished().values_list("pk", flat=True))
    with acting_as(Acting(payload["address"], payload["impersonator"])):
        for number in left:
            text = _("%(done)s of %(total)s") % {"done": f"{done:,}", "total": f"{tally.total:,}"}
            run.progress(done, tally.total, text)
            done += _do_chunk(run, resource, payload, number, is_last=number == left[-1])
    run.done = tally.total
    tally = BulkChunk.rows.tallies([run.job_id])[run.job_id]
    return {"done": tally.done, "failed": tally.failed}


@again_on_deadlock
@transaction.atomic
def _do_chunk(run: Run, resource: Resource, payload: Mapping[str, Any], number: int, *, is_last: bool) -> int:
    """Do one chunk, unless a worker that was taken for dead has done it after all; how many records it has."""
    chunk = BulkChunk.rows.unfinished().filter(pk=number).select_for_update().first()
    if chunk is None:
        return 0
    user = owner_of(run.user.pk)
    if barred := refusal_of(user):
        raise JobFailed(barred)
    step = _step(resource, user, payload, chunk)
    if not user.access.may(resource.permission(step.verb)):
        raise JobFailed(_("Your roles no longer allow this."))
    _done, failures = step.do(chunk.pks)
    chunk.failures = [[failure.pk, failure.name, failure.reason] for failure in failures]
    chunk.finished = True
    if step.changes:
        chunk.former = step.former
    chunk.save(update_fields=["failures", "finished", "former"])
    if is_last:
        _tell(run, resource, step)
    return len(chunk.pks)


def _step(resource: Resource, user: Actor, payload: Mapping[str, Any], chunk: BulkChunk) -> Step:
    if payload.get("undoes"):
        former = {int(pk): kept for pk, kept in chunk.former.items()}
        return undoing(resource, user, payload["name"], verb=payload["verb"], former=former)
    name, values = payload["name"], {}
    try:
        form = form_of(resource, user, name, QueryDict(payload["values"]))
        if form is not None:
            if not form.is_valid():
                raise JobFailed(" ".join(str(error) for errors in form.errors.values() for error in errors))
            values = form.cleaned_data
        return step_named(resource, user, name, values)
    except Http404:
        raise JobFailed(_("This can't be done to many records any more.")) from None


def _tell(run: Run, resource: Resource, step: Step) -> None:
    tally = BulkChunk.rows.tallies([run.job_id])[run.job_id]
    title = (
        gettext_noop("%(what)s: %(done)s done, %(failed)s not") if tally.failed else gettext_noop("%(what)s: %(done)s")
    )
    params = {
        "what": f"{resource.label} · {step.label}",
        "done": f"{tally.done:,}",
        "failed": f"{tally.failed:,}",
    }
    notify([run.user], kind="bulk_done", title=title, params=params, url=PAGE)


def _circumstances() -> dict[str, Any]:
    """Who acts for whom, and from where, for the lines of the log that the work will write."""
    now = acting()
    return {"address": now.address, "impersonator": now.impersonator_id}
