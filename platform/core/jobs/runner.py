"""One try at one job, from the message to the committed end.

What makes it safe to kill at any instant: the claim on the due row lets one worker in at a time; the number of the
attempt on the job's own row lets only the latest one finish; and what the work wrote is committed in the transaction
that marks the job as done. Whatever is interrupted in between is found again when its lease runs out.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar

from celery.exceptions import SoftTimeLimitExceeded
from django.contrib.auth import get_user_model
from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core.db import Company, run_in_company
from core.jobs import broker
from core.jobs.due import table as due
from core.jobs.kinds import UnknownKind, kind_named
from core.jobs.models import PAGE, Job
from core.jobs.owners import owner_of, refusal_of
from core.jobs.pulse import LEASE, Pulse
from core.jobs.run import Cancelled, JobFailed, LeaseLost, Run
from core.jobs.services import next_occurrence
from core.live.chance import spread
from core.live.languages import language_of
from core.live.sending import push_to_user
from core.live.services import notify

logger = logging.getLogger(__name__)

T = TypeVar("T")

FIRST_PAUSE = 5.0  # seconds before the second try; each further pause is four times as long
LONGEST_PAUSE = 3600.0
PATIENCE = 60.0  # seconds in which PostgreSQL may come back before a try is given up


class Outcome(StrEnum):
    """How a try ended."""

    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    AGAIN = "again"  # came too early, or failed and will be tried again
    GONE = "gone"  # finished before, or deleted
    NOT_OURS = "not ours"  # another worker has it


class _Ended(NamedTuple):
    outcome: Outcome
    again_at: datetime | None = None  # when to look at the job again


def run_job(company: Company, job_id: int) -> Outcome:
    """Try the job once, if it is due and nobody else has it.

    A message may arrive twice, late, or for a job long gone: all of that ends here without effect. Never raises for
    what the work does; raises DatabaseError when PostgreSQL can't be reached at all.
    """
    claim = due.claim(company.id, job_id, LEASE)
    if claim is None:
        return Outcome.NOT_OURS
    return _Try(company, job_id, claim).run()


class _Try:
    def __init__(self, company: Company, job_id: int, claim: int) -> None:
        self.company = company
        self.job_id = job_id
        self.claim = claim

    def run(self) -> Outcome:
        begun = self._through_restarts(self._begin)
        if isinstance(begun, _Ended):
            ended = begun
        else:
            job, user = begun
            try:
                ended = self._work(job, user)
            except LeaseLost:
                ended = _Ended(Outcome.NOT_OURS)
            except Exception as error:  # noqa: BLE001  whatever the work does, its owner is to see it
                ended = self._through_restarts(self._end_badly, job, user, error)
        if ended.outcome == Outcome.NOT_OURS:
            logger.warning("Job %s of company %s was taken over by another worker", self.job_id, self.company.id)
        else:
            self._let_go(ended.again_at)
        return ended.outcome

    def _through_restarts(self, step: Callable[..., T], *args: Any) -> T:
        """Do a short step inside the company, again and again while PostgreSQL is being restarted."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return run_in_company(self.company, step, *args)
            except (OperationalError, InterfaceError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.5)
                close_old_connections()

    def _begin(self) -> _Ended | tuple[Job, Any]:
        """Mark the job as running, or say at once how the try ends."""
        with transaction.atomic():
            job = Job.rows.select_for_update().filter(pk=self.job_id).first()
            if job is None or job.is_finished:
                return _Ended(Outcome.GONE)
            if job.run_at > timezone.now() + timedelta(seconds=1):
                return _Ended(Outcome.AGAIN, job.run_at)
            if job.cancel_requested:
                return self._finish(job, Job.State.CANCELLED)
            user = owner_of(job.requested_by)
            job.attempts += 1
            with translation.override(language_of(user)):
                if refusal := _refusal(job, user):
                    return self._fail(job, refusal)
            job.tries_left -= 1
            job.state = Job.State.RUNNING
            job.started_at = timezone.now()
            job.done, job.total, job.note, job.error = 0, None, "", ""
            job.save()
            self._tell(job)
        return job, user

    def _work(self, job: Job, user: Any) -> _Ended:
        """Do the work, and commit it together with the end of the job; the last piece alone where it goes by pieces."""
        run = Run(company=self.company, user=user, job_id=job.pk, attempt=job.attempts)
        with translation.override(language_of(user)), Pulse(self.company, run, self.claim):
            return run_in_company(self.company, self._work_inside, job, run)

    def _work_inside(self, job: Job, run: Run) -> _Ended:
        kind = kind_named(job.kind)
        if kind.in_pieces:
            return self._end_well(job, run, kind.work(run, **job.payload))
        with transaction.atomic():
            return self._end_well(job, run, kind.work(run, **job.payload))

    def _end_well(self, job: Job, run: Run, result: dict[str, Any] | None) -> _Ended:
        with transaction.atomic():
            current = self._current(job)
            current.result = result
            current.done, current.total, current.note = run.done, run.total, run.note
            return self._finish(current, Job.State.DONE)

    def _end_badly(self, job: Job, user: Any, error: Exception) -> _Ended:
        with transaction.atomic(), translation.override(language_of(user)):
            try:
                job = self._current(job)
            except LeaseLost:
                return _Ended(Outcome.NOT_OURS)
            if isinstance(error, Cancelled) or job.cancel_requested:
                return self._finish(job, Job.State.CANCELLED)
            message = self._explain(job, error)
            if isinstance(error, JobFailed) or not job.tries_left:
                return self._fail(job, message)
            job.state = Job.State.WAITING
            job.error = message
            job.run_at = timezone.now() + timedelta(seconds=pause_after(job.attempts))
            job.save()
            self._tell(job)
            return _Ended(Outcome.AGAIN, job.run_at)

    def _current(self, job: Job) -> Job:
        """The job, locked, if this attempt is still the current one; raises LeaseLost otherwise."""
        current = Job.rows.running(job.pk, job.attempts).select_for_update().first()
        if current is None:
            raise LeaseLost
        return current

    def _explain(self, job: Job, error: Exception) -> str:
        """The error in words for its owner; the whole of it goes to the log."""
        if isinstance(error, JobFailed):
            return str(error)
        logger.error("Job %s (%s) of company %s failed", job.pk, job.kind, self.company.id, exc_info=error)
        if isinstance(error, SoftTimeLimitExceeded):
            return _("It took longer than %(seconds)s seconds.") % {"seconds": kind_named(job.kind).timeout}
        return _("Unexpected error (%(name)s).") % {"name": type(error).__name__}

    def _fail(self, job: Job, message: str) -> _Ended:
        logger.error("Job %s (%s) of company %s failed for good: %s", job.pk, job.kind, self.company.id, message)
        job.error = message
        if job.requested_by is not None:
            notify(
                get_user_model()._default_manager.filter(pk=job.requested_by),
                kind="job_failed",
                title=gettext_noop("Failed: %(job)s"),
                body=gettext_noop("%(error)s"),
                params={"job": job.label, "error": message},
                url=PAGE,
            )
        return self._finish(job, Job.State.FAILED)

    def _finish(self, job: Job, state: Job.State) -> _Ended:
        """Write the end of the job, or of this round of one that recurs."""
        again_at = next_occurrence(job)
        job.finished_at = timezone.now()
        if again_at is None:
            job.state = state
        else:
            job.state = Job.State.WAITING
            job.run_at = again_at
            job.tries_left = kind_named(job.kind).retries + 1
        job.save()
        self._tell(job)
        return _Ended(Outcome(state.value), again_at)

    def _tell(self, job: Job) -> None:
        if job.requested_by is not None:
            push_to_user(self.company, job.requested_by, job.as_message())

    def _let_go(self, again_at: datetime | None) -> None:
        """Settle the due row, wake the dispatcher for the next turn. If this is lost, the lease brings the job back."""
        try:
            if again_at is None:
                due.remove(self.company.id, self.job_id, self.claim)
            else:
                due.postpone(self.company.id, self.job_id, self.claim, again_at)
        except DatabaseError as error:
            logger.warning("Due row of job %s of company %s not settled: %s", self.job_id, self.company.id, error)
        broker.wake()


def pause_after(attempt: int) -> float:
    """Seconds to wait after this many attempts: longer each time, and never the same for two jobs."""
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 4.0 ** (attempt - 1))
    return spread(pause * 0.8, pause * 1.2)


def _refusal(job: Job, user: Any) -> str | None:
    """Why the job can't run now, in words for its owner; None when it can."""
    try:
        kind_named(job.kind)
    except UnknownKind:
        return _("This version of the program does not know this kind of job.")
    if job.requested_by is not None and (barred := refusal_of(user)):
        return barred
    if not job.tries_left:
        return _("The program was stopped each time it worked on this.")
    return None
