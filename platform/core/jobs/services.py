"""Ordering work, and what its owner may do with it afterwards."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core.db import current_company
from core.jobs.due import table as due
from core.jobs.kinds import Kind, UnknownKind, kind_named
from core.jobs.models import Job
from core.live.sending import push_to_user

KEPT = timedelta(days=30)
SCHEDULE_KEY = "schedule"


def enqueue(
    kind: str,
    payload: Mapping[str, Any] | None = None,
    *,
    by: Any,
    at: datetime | None = None,
    key: str | None = None,
) -> Job:
    """Order a job of the current company; it exists if and only if the surrounding transaction commits.

    Args:
        kind: a declared kind.
        payload: keywords of the work; JSON values, dates and decimals become text.
        by: the user with whose rights it runs, or None for work that no user asks for.
        at: not before then; now if None.
        key: of all orders of this kind with the same key, only the first makes a job; the others get that one back.

    Raises:
        UnknownKind: nothing of that name is declared.
        TypeError: the payload is not JSON.
    """
    declared = kind_named(kind)
    if key is not None and (earlier := Job.rows.filter(kind=kind, key=key).first()):
        return earlier
    job = Job(
        kind=kind,
        payload=json.loads(json.dumps(dict(payload or {}), cls=DjangoJSONEncoder)),
        key=key,
        requested_by=None if by is None else by.pk,
        run_at=at or timezone.now(),
        tries_left=declared.retries + 1,
    )
    try:
        with transaction.atomic():
            job.save(force_insert=True)
            _make_due(job, at)
    except IntegrityError:
        # Somebody ordered the same between our look and our insert, and has committed.
        return Job.rows.get(kind=kind, key=key)
    if job.pk % 100 == 0:
        _forget_old_jobs()
    return job


def job_cancel(job: Job, *, by: Any) -> Job:
    """Stop the job: one that waits at once, one that runs at its next sign of life. A finished one stays as it is.

    Raises:
        PermissionDenied: it is somebody else's.
    """
    with transaction.atomic():
        job = _own(job, by)
        if job.state == Job.State.WAITING:
            job.state = Job.State.CANCELLED
            job.finished_at = timezone.now()
        elif job.state == Job.State.RUNNING:
            job.cancel_requested = True
        job.save(update_fields=["state", "finished_at", "cancel_requested"])
        _tell_owner(job)
    return job


def job_retry(job: Job, *, by: Any) -> Job:
    """Have a failed or cancelled job tried again from the start, now. Any other stays as it is.

    Raises:
        PermissionDenied: it is somebody else's.
    """
    with transaction.atomic():
        job = _own(job, by)
        if not job.is_retryable:
            return job
        job.state = Job.State.WAITING
        job.run_at = timezone.now()
        job.tries_left = kind_named(job.kind).retries + 1
        job.cancel_requested = False
        job.done, job.total, job.note, job.error, job.result = 0, None, "", "", None
        job.started_at = job.finished_at = None
        job.save()
        _make_due(job, None)
        _tell_owner(job)
    return job


def schedule_on(kind: str) -> Job:
    """Let the kind recur in the current company, if it does not yet."""
    declared = kind_named(kind)
    return enqueue(kind, by=None, at=_next_run(declared), key=SCHEDULE_KEY)


def schedule_off(kind: str) -> None:
    """Let the kind recur no more in the current company."""
    Job.rows.filter(kind=kind, key=SCHEDULE_KEY).delete()


def next_occurrence(job: Job) -> datetime | None:
    """When the job comes round again; None for one that does not recur, or not in this version of the program."""
    if job.key != SCHEDULE_KEY:
        return None
    try:
        return _next_run(kind_named(job.kind))
    except (UnknownKind, ValueError):
        return None


def _next_run(declared: Kind) -> datetime:
    if declared.schedule is None:
        raise ValueError(f"Job {declared.name!r} has no schedule")
    return declared.schedule.after(timezone.now(), current_company().id, declared.name)


def _make_due(job: Job, at: datetime | None) -> None:
    due.put(job.pk, job.kind, at)
    # One hint is enough for many jobs ordered together: it only ends the dispatcher's sleep.
    hooks = connection.run_on_commit
    if not (hooks and _wake in getattr(hooks[-1][1], "args", ())):
        transaction.on_commit(_wake)


def _wake() -> None:
    from core.jobs import broker  # Celery is slow to load, and many a process orders nothing

    broker.wake()


def _own(job: Job, by: Any) -> Job:
    job = Job.rows.select_for_update().get(pk=job.pk)
    if job.requested_by != by.pk:
        raise PermissionDenied("Only who asked for a job may stop or repeat it")
    return job


def _tell_owner(job: Job) -> None:
    if job.requested_by is not None:
        push_to_user(current_company(), job.requested_by, job.as_message())


def _forget_old_jobs() -> None:
    """Delete a few of the oldest finished jobs. Called once in a hundred orders, it needs no index of its own."""
    finished = [Job.State.DONE, Job.State.FAILED, Job.State.CANCELLED]
    old = Job.rows.filter(state__in=finished, finished_at__lt=timezone.now() - KEPT, key=None).order_by("pk")
    Job.rows.filter(pk__in=list(old.values_list("pk", flat=True)[:500])).delete()
