"""What the work sees of its own job while it runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.db.context import Company

SECONDS_BETWEEN_NOTES = 0.5


class JobFailed(Exception):
    """Raised by the work to fail for good, with a message its owner can read; it is not tried again."""


class Cancelled(Exception):
    """The owner cancelled the job. Passes through the work; what it wrote is rolled back."""


class LeaseLost(Exception):
    """Another worker holds the job now: this one was taken for dead. What it wrote is rolled back."""


class Run:
    """One try at a job.

    Attributes:
        company: the company it runs in.
        user: who asked for it, loaded when the try began; None for work nobody asked for (schedules).
        job_id: the job.
        attempt: 1 for the first try, counted on over retries.
        cancelled: whether its owner wants it stopped. `progress` raises then; work that never calls it looks here.
    """

    def __init__(self, *, company: Company, user: Any, job_id: int, attempt: int) -> None:
        self.company = company
        self.user = user
        self.job_id = job_id
        self.attempt = attempt
        self.cancelled = False
        self.lost = False
        self.done = 0
        self.total: int | None = None
        self.note = ""
        self.on_progress: Callable[[], None] | None = None
        self._told_at = 0.0

    def progress(self, done: int, total: int | None = None, text: str = "") -> None:
        """Say how far the work is, as often as one likes: it is written and shown at most every half second.

        Raises:
            Cancelled: the owner asked to stop.
            LeaseLost: another worker has taken over.
        """
        if self.lost:
            raise LeaseLost
        if self.cancelled:
            raise Cancelled
        self.done = done
        self.total = self.total if total is None else total
        self.note = text or self.note
        now = time.monotonic()
        if self.on_progress and now - self._told_at >= SECONDS_BETWEEN_NOTES:
            self._told_at = now
            self.on_progress()
