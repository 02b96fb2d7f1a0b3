"""What one PostgreSQL connection grows to while it serves 1,000 companies, every table of each."""

from __future__ import annotations

from pathlib import Path

from infra.bench.figures import Figure, report
from tests.benchmarks.companies import prepare

COMPANIES = 1000


def private_megabytes(pid: int) -> float:
    """Memory of a process that it shares with no other."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"no process {pid}")


def main() -> None:
    """Claim schemas without furnishing them, and visit each."""
    prepare()
    from django.apps import apps
    from django.db import connection

    from core.db import run_in_company
    from tenants.companies.lookup import company_by_id
    from tenants.companies.provisioning import company_create

    made = [
        company_create(name="x", subdomain=f"bench-{number}", plan="trial", seats=1, setup=lambda: None).id
        for number in range(COMPANIES)
    ]
    tables = [
        model._meta.db_table for model in apps.get_models(include_auto_created=True) if '"' not in model._meta.db_table
    ]
    wanted = [table for table in tables if not table.startswith(("auth_", "django_content_type"))]
    connection.close()
    most, pids = 0.0, set()
    companies = [company_by_id(number) for number in made]

    def visit() -> int:
        with connection.cursor() as cursor:
            for table in wanted:
                cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1 LIMIT 20')
            cursor.execute("SELECT pg_backend_pid()")
            return int(cursor.fetchone()[0])

    for company in companies:
        assert company is not None
        pid = run_in_company(company, visit)
        pids.add(pid)
        if connection.connection is not None:
            most = max(most, private_megabytes(pid))
    report(Figure(f"memory of a connection while it serves {COMPANIES} companies, at most", most, "MB", 300))
    report(Figure("connections that took for it", len(pids), "", None))


if __name__ == "__main__":
    main()
