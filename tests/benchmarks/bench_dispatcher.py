"""What the dispatcher costs while nothing is due, with many companies against few; and while much is due."""

from __future__ import annotations

from statistics import median

from infra.bench.figures import Figure, report
from tests.benchmarks.companies import prepare, seconds

FEW, MANY = 10, 10_000
ROUNDS = 400

_REGISTER = """
WITH numbers AS (SELECT generate_series(%(first)s::int, %(last)s::int) AS n),
schemas AS (
    INSERT INTO public.companies_schema (name, version, applied, claimed_at, made_at, migrated_at, failure)
    SELECT 'c_bench' || n, 'bench', '[]', now(), now(), now(), '' FROM numbers RETURNING name
),
companies AS (
    INSERT INTO public.companies_company (uuid, name, schema_id, is_operators, is_canary, created_at)
    SELECT gen_random_uuid(), name, name, false, false, now() FROM schemas RETURNING id, schema_id
)
INSERT INTO public.due_job (company_id, job_id, kind, state, due_at, claim)
SELECT id, 1, 'nightly', 0, now() + make_interval(hours => 1, secs => id %% 3600), 0 FROM companies
"""


def main() -> None:
    """Each company of the registry has a nightly job that is not due yet."""
    prepare()
    from django.db import connection

    from core.db import run_outside_companies
    from core.jobs.dispatcher import Dispatcher

    def execute(statement: str, values: dict[str, int] | None = None) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)

    def register(first: int, last: int) -> None:
        run_outside_companies(execute, _REGISTER, {"first": first, "last": last})
        run_outside_companies(execute, "ANALYZE public.due_job")

    dispatcher = Dispatcher(slots=4)

    def idle() -> float:
        return median(seconds(dispatcher.take) for _ in range(ROUNDS))

    register(1, FEW)
    idle()  # plans and caches are warm
    few = idle()
    register(FEW + 1, MANY)
    many = idle()
    report(Figure(f"a round with nothing due, {FEW} companies", few * 1000, "ms"))
    report(Figure(f"a round with nothing due, {MANY:,} companies", many * 1000, "ms"))
    report(Figure(f"dispatcher's idle cost, {MANY:,} companies against {FEW}", many / few, "times", 1.2))

    run_outside_companies(
        execute,
        "INSERT INTO public.due_job (company_id, job_id, kind, state, due_at, claim)"
        " SELECT 1, n, 'bulk', 1, now(), 0 FROM generate_series(100, 10100) AS n",
    )
    run_outside_companies(execute, "ANALYZE public.due_job")
    report(
        Figure(
            "a round with 10,000 jobs of one company ready",
            median(seconds(dispatcher.take) for _ in range(20)) * 1000,
            "ms",
        )
    )


if __name__ == "__main__":
    main()
