"""The sign of life of a running job: keeps its lease, writes its progress, hears that it is to stop."""

from __future__ import annotations

import logging
import threading

from django.db import DatabaseError, close_old_connections, connections
from django.utils import translation

from core.db import Company, run_in_company
from core.jobs.due import table as due
from core.jobs.models import Job
from core.jobs.run import Run
from core.live.sending import push_to_user

logger = logging.getLogger(__name__)

LEASE = 10.0
"""Seconds after which a job whose worker gave no sign of life is given to another."""
BEAT = 2.0


class Pulse:
    """A thread beside the work, with a database connection of its own: what the work writes is not committed yet.

    Use it as a context manager around the work.
    """

    def __init__(self, company: Company, run: Run, claim: int) -> None:
        self._company = company
        self._run = run
        self._claim = claim
        self._news = threading.Event()
        self._over = False
        self._language = translation.get_language()
        run.on_progress = self._news.set
        self._thread = threading.Thread(target=self._beat, name=f"pulse of job {run.job_id}", daemon=True)

    def __enter__(self) -> Pulse:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._over = True
        self._news.set()
        self._thread.join()

    def _beat(self) -> None:
        try:
            while True:
                has_news = self._news.wait(BEAT)
                self._news.clear()
                if self._over:
                    return
                try:
                    held = due.extend(self._company.id, self._run.job_id, self._claim, LEASE)
                    if not held or not run_in_company(self._company, self._exchange, has_news):
                        self._run.lost = True
                        return
                except DatabaseError as error:
                    # Without a database the work can't end well either; the lease decides whose job it is afterwards.
                    logger.warning("No sign of life of job %s could be written: %s", self._run.job_id, error)
                finally:
                    close_old_connections()
        finally:
            connections.close_all()

    def _exchange(self, has_news: bool) -> bool:
        """Write the progress and read whether to stop; False when this attempt is not the current one any more."""
        run = self._run
        current = Job.rows.running(run.job_id, run.attempt)
        if has_news and not current.update(done=run.done, total=run.total, note=run.note[:200]):
            return False
        job = current.first()
        if job is None:
            return False
        run.cancelled = job.cancel_requested
        if has_news and job.requested_by is not None:
            with translation.override(self._language):  # a thread of its own speaks the default language
                push_to_user(self._company, job.requested_by, job.as_message())
        return True
