"""What happens to a row of the due table. Leases are seconds from now, by the clock of the database."""

from datetime import datetime
from typing import Any

from django.db import connection

from core.db import current_company, run_outside_companies


def put(job_id: int, kind: str, at: datetime | None) -> None:
    """Make a waiting job of the current company due at `at` (None: now), in the transaction that asks for it.

    What a worker still believes to hold is taken from it: the number of its claim is not the row's any more.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO public.due_job AS job (company_id, job_id, kind, state, due_at, claim)"
            " VALUES (%(company)s, %(job)s, %(kind)s,"
            " CASE WHEN %(at)s::timestamptz > now() THEN 0 ELSE 1 END, coalesce(%(at)s::timestamptz, now()), 0)"
            " ON CONFLICT (company_id, job_id) DO UPDATE"
            " SET state = excluded.state, due_at = excluded.due_at, claim = job.claim + 1",
            {"company": current_company().id, "job": job_id, "kind": kind, "at": at},
        )


def claim(company_id: int, job_id: int, lease: float) -> int | None:
    """Take the job for `lease` seconds; the number of this claim, or None when another worker has it.

    Of several messages for one job exactly one gets a number.
    """
    row = _one(
        "UPDATE public.due_job SET state = 3, claim = claim + 1, due_at = now() + make_interval(secs => %s)"
        " WHERE company_id = %s AND job_id = %s AND state IN (1, 2) RETURNING claim",
        [lease, company_id, job_id],
    )
    return row[0] if row else None


def extend(company_id: int, job_id: int, claim: int, lease: float) -> bool:
    """Keep the job for another `lease` seconds; False when it was taken away because the lease had run out."""
    row = _one(
        "UPDATE public.due_job SET due_at = now() + make_interval(secs => %s)"
        " WHERE company_id = %s AND job_id = %s AND claim = %s AND state = 3 RETURNING 1",
        [lease, company_id, job_id, claim],
    )
    return row is not None


def postpone(company_id: int, job_id: int, claim: int, at: datetime) -> None:
    """Give the job back, to become due at `at`."""
    _one(
        "UPDATE public.due_job SET state = 0, due_at = %s"
        " WHERE company_id = %s AND job_id = %s AND claim = %s RETURNING 1",
        [at, company_id, job_id, claim],
    )


def remove(company_id: int, job_id: int, claim: int) -> None:
    """The job needs no more looking at."""
    _one(
        "DELETE FROM public.due_job WHERE company_id = %s AND job_id = %s AND claim = %s RETURNING 1",
        [company_id, job_id, claim],
    )


def put_off(company_id: int, job_id: int, seconds: float) -> None:
    """Look at a job that nobody has again in `seconds`."""
    _one(
        "UPDATE public.due_job SET state = 0, due_at = now() + make_interval(secs => %s)"
        " WHERE company_id = %s AND job_id = %s AND state IN (1, 2) RETURNING 1",
        [seconds, company_id, job_id],
    )


def forget_company(company_id: int) -> None:
    """Drop what is due for a company that exists no more."""
    _one(
        "WITH gone AS (DELETE FROM public.due_job WHERE company_id = %s RETURNING 1) SELECT count(*) FROM gone",
        [company_id],
    )


def _one(query: str, values: list[Any]) -> tuple[Any, ...] | None:
    def execute() -> tuple[Any, ...] | None:
        with connection.cursor() as cursor:
            cursor.execute(query, values)
            row: tuple[Any, ...] | None = cursor.fetchone()
            return row

    return run_outside_companies(execute)
