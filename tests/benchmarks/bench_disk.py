"""What one empty company takes on disk: it is paid a thousand times."""

from __future__ import annotations

from infra.bench.figures import Figure, report
from tests.benchmarks.companies import make_companies, prepare

COMPANIES = 50


def main() -> None:
    """Compare the database before and after; its catalogue counts too."""
    prepare()
    from django.db import connection

    from core.db import run_outside_companies
    from core.db.raw import own_connection

    make_companies(1, prefix="first")
    query = "SELECT pg_database_size(current_database())"
    with own_connection("bench") as raw:
        before = int(raw.execute(query).fetchone()[0])  # type: ignore[index]
        make_companies(COMPANIES)
        raw.execute("VACUUM")
        after = int(raw.execute(query).fetchone()[0])  # type: ignore[index]

    def count() -> tuple[int, int]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FILTER (WHERE relkind = 'r'), count(*) FILTER (WHERE relkind = 'i') FROM pg_class"
                " WHERE relnamespace ="
                " (SELECT min(name) FROM public.companies_schema WHERE name <> 'public')::regnamespace"
            )
            row: tuple[int, int] = cursor.fetchone()
            return row

    tables, indexes = run_outside_companies(count)
    report(
        Figure(
            "disk of one empty company, its part of the catalogue included",
            (after - before) / COMPANIES / 2**20,
            "MB",
            3,
        )
    )
    report(Figure("tables of a company", tables, "", None))
    report(Figure("indexes of a company", indexes, "", None))


if __name__ == "__main__":
    main()
