"""How long an import takes, from the uploaded file to the last record, and how much memory.

`QIKU_BENCH_ROWS` makes it smaller, to try it.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

os.environ["QIKU_ENV"] = "test"  # brings the module of the tests that has every kind of field
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from infra.bench.figures import Figure, report
from tests.benchmarks.bench_export import peak_megabytes
from tests.benchmarks.companies import make_companies, prepare, seconds

ROWS = int(os.environ.get("QIKU_BENCH_ROWS", "100000"))
BAD = 200  # of the rows; as many others are there already
HEADINGS = ("Project name", "State", "Budget", "Due on", "Starts at", "Urgent", "Owner", "Mobile phone", "Remarks")


def workbook(path: Path, *, mark: str) -> None:
    """Believable rows, some of them bad."""
    from core.pages.workbooks import write_xlsx

    def rows() -> Any:
        for number in range(ROWS):
            bad = number % (ROWS // BAD) == 0
            name = f"{mark} {number if number % (ROWS // BAD) != 1 else 1}"
            yield (
                name,
                ("Planned", "Running", "Finished")[number % 3],
                "much" if bad else f"{number * 1.25:,.2f}",
                f"2026/{1 + number % 12}/{1 + number % 28}",
                f"2026-05-04 {number % 24:02d}:30",
                ("是", "否")[number % 2],
                "admin",
                f"138{number:08d}",
                f"A remark of some length on the project with the number {number}",
            )

    write_xlsx(path, "Projects", HEADINGS, rows(), total=ROWS)


def main() -> None:
    """Nine columns: texts, a choice, numbers, days, moments, yes and no, a user by name; with an eye on duplicates."""
    prepare()
    from django.contrib.auth import get_user_model
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.utils import translation

    from core.db import run_in_company
    from core.jobs.models import Job
    from core.jobs.runner import Outcome, run_job
    from core.pages.imports import services
    from core.pages.imports.models import Import, Policy
    from core.resources import registry
    from tenants.companies.lookup import company_by_id

    company = company_by_id(make_companies(1)[0])
    assert company is not None
    projects = registry.resources["projects"]
    translation.activate("en")

    def user() -> Any:
        return get_user_model()._default_manager.first()

    def uploaded(path: Path) -> Import:
        file = SimpleUploadedFile(path.name, path.read_bytes())
        return services.import_upload(projects, file, by=user())

    def match(batch: Import) -> None:
        services.import_match(batch, projects, batch.columns, Policy.SKIP, by=user())

    def begin(batch: Import) -> None:
        services.import_begin(batch, {}, by=user())

    def take_back(batch: Import) -> None:
        services.import_take_back(batch, by=user())

    def work() -> None:
        while (pk := run_in_company(company, waiting)) is not None:
            assert run_job(company, pk) == Outcome.DONE

    def waiting() -> int | None:
        found = Job.rows.filter(kind__startswith="import.", state=Job.State.WAITING).order_by("pk").first()
        return found.pk if found else None

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.xlsx"
        workbook(path, mark="项目")
        batch: Import | None = None

        def upload() -> None:
            nonlocal batch
            batch = run_in_company(company, uploaded, path)

        before = peak_megabytes()
        report(Figure(f"{ROWS:,} rows read from a workbook", seconds(upload), "s"))
    assert batch is not None
    run_in_company(company, match, batch)
    report(Figure(f"{ROWS:,} rows checked", seconds(work), "s"))
    run_in_company(company, begin, batch)
    report(Figure(f"{ROWS:,} rows imported, duplicates looked for", seconds(work), "s", 60 * ROWS / 100_000))
    run_in_company(company, batch.refresh_from_db)
    assert batch.counts["failed"] == BAD, batch.counts
    assert batch.counts["created"] + batch.counts["skipped"] == ROWS - BAD, batch.counts
    report(Figure("memory at its most", peak_megabytes(), "MB", 400))
    report(Figure("of which before the import", before, "MB"))
    run_in_company(company, take_back, batch)
    report(Figure(f"{ROWS:,} rows undone", seconds(work), "s"))


if __name__ == "__main__":
    main()
