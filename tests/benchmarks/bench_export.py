"""How long an export takes, from the message to the committed end, and how much memory."""

from __future__ import annotations

import os
import resource
import sys
from typing import Any

os.environ["QIKU_ENV"] = "test"  # brings the module of the tests that has every kind of field
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from infra.bench.figures import Figure, report
from tests.benchmarks.companies import make_companies, prepare, seconds

ROWS, MANY_ROWS = 100_000, 1_000_000
REACH = {"csv": 2.0, "xlsx": 5.0}

_FILL = """
INSERT INTO samples_project (created_at, updated_at, version, custom, owner_id, department_id, created_by_id,
    name, state, kind_id, budget, due, starts_at, urgent, phone, website, note)
SELECT now() - make_interval(mins => n), now(), 1, '{}', %(user)s, %(department)s, %(user)s,
    '项目 ' || n, (ARRAY['planned', 'active', 'done'])[1 + n %% 3], NULL, n * 1.25, current_date + n %% 365,
    now() + make_interval(hours => n), n %% 2 = 0, '138' || lpad(n::text, 8, '0'), 'https://example.com/' || n,
    'A remark of some length on the project with the number ' || n
FROM generate_series(%(first)s::int, %(last)s::int) AS n
"""


def peak_megabytes() -> float:
    """The most memory this process ever took."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 if sys.platform == "linux" else peak / 2**20


def main() -> None:
    """Twenty columns: text, choice, numbers, days, moments, yes and no, references."""
    prepare()
    from django.contrib.auth import get_user_model
    from django.db import connection

    from core.db import run_in_company
    from core.jobs.models import Job
    from core.jobs.runner import Outcome, run_job
    from core.pages.export import export_order
    from core.resources import Column, registry
    from tenants.companies.lookup import company_by_id
    from tests.samples.models import Project

    company = company_by_id(make_companies(1)[0])
    assert company is not None
    projects = registry.resources["projects"]
    names = [field.name for field in Project._meta.concrete_fields]
    assert len(names) == 20, names
    projects.__dict__["all_columns"] = {name: Column.of_field(Project, name) for name in names}

    def user() -> Any:
        return get_user_model()._default_manager.first()

    def fill(first: int, last: int) -> None:
        with connection.cursor() as cursor:
            owner = user()
            values = {"user": owner.pk, "department": owner.department_id, "first": first, "last": last}
            cursor.execute(_FILL, values)
            cursor.execute("ANALYZE samples_project")  # as the server does by itself, a minute after so many new rows

    def order(file_format: str) -> Any:
        return export_order(projects, by=user(), file_format=file_format, columns=names)

    def export(file_format: str) -> tuple[float, Any]:
        job = run_in_company(company, order, file_format)

        def work() -> None:
            assert run_job(company, job.pk) == Outcome.DONE

        taken = seconds(work)
        return taken, run_in_company(company, lambda: Job.rows.get(pk=job.pk).result)

    run_in_company(company, fill, 1, ROWS)
    export("csv")  # what is imported and planned once is not measured
    for file_format, reach in REACH.items():
        taken, result = min((export(file_format) for _ in range(3)), key=lambda pair: pair[0])
        assert result["rows"] == ROWS
        report(Figure(f"{ROWS:,} × {len(names)} as {file_format.upper()}", taken, "s", reach))
    few = peak_megabytes()
    report(Figure(f"memory at its most with {ROWS:,} rows", few, "MB"))

    run_in_company(company, fill, ROWS + 1, MANY_ROWS)
    for file_format in REACH:
        taken, result = export(file_format)
        assert result["rows"] == MANY_ROWS
        report(Figure(f"{MANY_ROWS:,} × {len(names)} as {file_format.upper()}", taken, "s"))
    many = peak_megabytes()
    report(Figure(f"memory at its most with {MANY_ROWS:,} rows", many, "MB"))
    report(Figure("memory with ten times the rows", many / few, "times", 1.15))


if __name__ == "__main__":
    main()
