"""Whose turn it is: hands due jobs to the workers, companies in turn, as many as can run."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

import redis
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection, transaction

from core.db import run_outside_companies
from core.jobs import broker
from core.jobs.kinds import UnknownKind, kind_named
from core.live.chance import spread

logger = logging.getLogger(__name__)

LOCK = 0x71696B75  # "qiku": one round at a time, so that two dispatchers never count the same free place
SECONDS_TO_START = 5.0
"""A job handed over that no worker has begun after so long is handed over again: its message was lost."""
BATCH = 1000

_PROMOTE = """
WITH due AS (
    SELECT company_id, job_id FROM public.due_job
    WHERE state <> 1 AND due_at <= now()
    ORDER BY due_at LIMIT %(batch)s
    FOR UPDATE SKIP LOCKED
)
UPDATE public.due_job AS job SET state = 1 FROM due
WHERE job.company_id = due.company_id AND job.job_id = due.job_id
"""

# `waiting` hops by the index from one company with ready jobs to the next: ten thousand jobs of one are one hop.
# A job's turn is how many of its company run or go before it: a company's first job precedes another's second.
_TAKE = """
WITH RECURSIVE
in_flight AS MATERIALIZED (
    SELECT company_id, count(*) AS busy FROM public.due_job WHERE state >= 2 GROUP BY company_id
),
waiting (company_id) AS (
    (SELECT company_id FROM public.due_job WHERE state = 1 ORDER BY company_id LIMIT 1)
    UNION ALL
    SELECT (
        SELECT job.company_id FROM public.due_job AS job
        WHERE job.state = 1 AND job.company_id > waiting.company_id ORDER BY job.company_id LIMIT 1
    ) FROM waiting WHERE waiting.company_id IS NOT NULL
),
chosen AS (
    SELECT next.company_id, next.job_id, next.turn
    FROM waiting
    LEFT JOIN in_flight USING (company_id)
    CROSS JOIN LATERAL (
        SELECT job.company_id, job.job_id,
            coalesce(busy, 0) + row_number() OVER (ORDER BY job.due_at, job.job_id) AS turn
        FROM public.due_job AS job
        WHERE job.state = 1 AND job.company_id = waiting.company_id
        ORDER BY job.due_at, job.job_id
        LIMIT greatest(%(share)s - coalesce(busy, 0), 0)
    ) AS next
    WHERE waiting.company_id IS NOT NULL
    ORDER BY next.turn, next.company_id <= %(served)s, next.company_id
    LIMIT greatest(%(slots)s - (SELECT coalesce(sum(busy), 0) FROM in_flight), 0)
)
UPDATE public.due_job AS job SET state = 2, due_at = now() + make_interval(secs => %(patience)s)
FROM chosen WHERE job.company_id = chosen.company_id AND job.job_id = chosen.job_id
RETURNING job.company_id, job.job_id, job.kind, chosen.turn
"""


@dataclass(frozen=True, slots=True)
class Handed:
    """A job handed to the workers."""

    company_id: int
    job_id: int
    kind: str


class Dispatcher:
    """Hands due jobs to the workers. Several may run at once, on several machines; each may be killed at any moment.

    Args:
        slots: how many jobs run at once over all workers. One company gets at most all but one of them, so that there
            is always a place for another's first job.
    """

    def __init__(self, slots: int | None = None) -> None:
        self.slots: int = slots or settings.JOB_SLOTS
        self._served = 0

    @property
    def share(self) -> int:
        """How many jobs of one company may run at once."""
        return max(1, self.slots - 1)

    def take(self) -> list[Handed]:
        """Choose whose turn it is and mark those jobs as handed over. Costs what is due, not what exists."""
        return run_outside_companies(self._take)

    def round(self) -> int:
        """One round: choose and send. The number of jobs handed over.

        Raises:
            DatabaseError: PostgreSQL does not answer.
            redis.RedisError: the broker does not answer; nothing was taken then.
        """
        if broker.backlog() > self.slots:
            return 0  # fewer workers than places: more messages would only queue up
        handed = self.take()
        for job in handed:
            broker.send(job.company_id, job.job_id, timeout=_timeout(job.kind))
        return len(handed)

    def run(self, *, tick: float = 1.0) -> None:
        """Rounds for ever: at once when woken, otherwise every `tick` seconds and a little more."""
        while True:
            try:
                handed = self.round()
                if handed < self.slots:
                    broker.sleep(spread(tick, tick * 1.25))
            except (DatabaseError, redis.RedisError) as error:
                logger.warning("Dispatcher waits for its services: %s", error)
                time.sleep(spread(tick / 2, tick))
            finally:
                close_old_connections()

    def _take(self) -> list[Handed]:
        with transaction.atomic(), connection.cursor() as cursor:
            # A dispatcher that hangs in the middle of a round must not hold up the others.
            cursor.execute("SET LOCAL lock_timeout = '5s'; SET LOCAL idle_in_transaction_session_timeout = '10s'")
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            cursor.execute(_PROMOTE, {"batch": BATCH})
            cursor.execute(
                _TAKE,
                {"share": self.share, "slots": self.slots, "served": self._served, "patience": SECONDS_TO_START},
            )
            rows = cursor.fetchall()
        rows.sort(key=lambda row: (row[3], row[0] <= self._served, row[0]))
        if rows:
            first_turn = rows[0][3]
            self._served = [row[0] for row in rows if row[3] == first_turn][-1]
        return [Handed(company_id, job_id, kind) for company_id, job_id, kind, _ in rows]


def _timeout(kind: str) -> int:
    try:
        return kind_named(kind).timeout
    except UnknownKind:
        return 60  # the worker fails it, with a message its owner sees
