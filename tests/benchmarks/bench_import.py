"""How long an import of customers takes, from the uploaded file to the last record, and what others notice of it.

A file of QIKU_BENCH_ROWS is imported into a company of BENCH_CUSTOMERS, by a process of its own as workers are, while
somebody else looks at lists.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from infra.bench.figures import Figure, report
from tests.benchmarks.bench_export import peak_megabytes
from tests.benchmarks.companies import p95, prepare, seconds

ROWS = int(os.environ.get("QIKU_BENCH_ROWS", "100000"))
BAD = 200  # of the rows; as many others are there already
IDLE_REQUESTS = 60
HEADINGS = (
    "Customer name",
    "Customer status",
    "Customer level",
    "Contact number",
    "Primary contact",
    "Tax number",
    "Region",
    "Detailed address",
    "Next contact time",
    "Owner",
    "Remarks",
)


def workbook(path: Path) -> None:
    """Believable rows, some of them bad, some the same as the first."""
    from core.pages.workbooks import write_xlsx

    def rows() -> Any:
        for number in range(ROWS):
            place = number % (ROWS // BAD)
            name = f"晨光{number}号贸易有限公司" if place != 1 else "晨光7号贸易(有限公司)"
            yield (
                name,
                ("Potential customer", "In development", "Deal made")[number % 3],
                ("重点", "普通", "一般")[number % 3],
                f"137{number:08d}" if place != 1 else "",
                f"杨{number}",
                f"9144{number:014d}" if place != 1 else "",
                ("广东省深圳市南山区", "广东省广州市天河区")[number % 2],
                f"科技路{number % 900}号",
                "much" if place == 0 else f"2026-{1 + number % 12:02d}-{1 + number % 28:02d} 09:30",
                "admin",
                f"A remark of some length on the customer with the number {number}",
            )

    write_xlsx(path, "Customers", HEADINGS, rows(), total=ROWS)


def import_customers(number: int) -> None:
    """Import the file into the company, and take it back; a line of JSON for each step."""
    import django

    django.setup()
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

    company = company_by_id(number)
    assert company is not None
    customers = registry.resources["customers"]
    translation.activate("en")
    kept: list[Import] = []

    def user() -> Any:
        return get_user_model()._default_manager.get(username="admin")

    def upload(path: Path) -> None:
        file = SimpleUploadedFile(path.name, path.read_bytes())
        kept.append(services.import_upload(customers, file, by=user()))

    def match() -> None:
        services.import_match(kept[0], customers, kept[0].columns, Policy.SKIP, by=user())

    def begin() -> None:
        services.import_begin(kept[0], {}, by=user())

    def take_back() -> None:
        services.import_take_back(kept[0], by=user())

    def work() -> None:
        while (pk := run_in_company(company, waiting)) is not None:
            assert run_job(company, pk) == Outcome.DONE

    def waiting() -> int | None:
        found = Job.rows.filter(kind__startswith="import.", state=Job.State.WAITING).order_by("pk").first()
        return found.pk if found else None

    def say(**said: object) -> None:
        print(json.dumps(said), flush=True)  # noqa: T201 - the answer

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.xlsx"
        workbook(path)
        say(read=seconds(lambda: run_in_company(company, upload, path)))
    assert len(kept[0].columns) == len(HEADINGS), kept[0].mapping
    run_in_company(company, match)
    say(checked=seconds(work))
    run_in_company(company, begin)
    say(imported=seconds(work), megabytes=peak_megabytes())
    run_in_company(company, kept[0].refresh_from_db)
    counts = kept[0].counts
    assert counts["failed"] == BAD, counts
    assert counts["created"] + counts["skipped"] == ROWS - BAD, counts
    assert counts["skipped"] >= BAD - 1, counts
    run_in_company(company, take_back)
    say(undone=seconds(work))


def main() -> None:
    """The company first; then the import, and lists beside it."""
    prepare()
    from tests.benchmarks.bench_lists import CUSTOMERS, make_side

    side = make_side("many", CUSTOMERS)

    def look() -> None:
        side.ask("lists", "while idle" if process is None else "beside the import", "all", "/customers/")

    process: subprocess.Popen[str] | None = None
    for _request in range(IDLE_REQUESTS):
        look()
    command = [sys.executable, "-m", "tests.benchmarks.bench_import", str(side.company.id)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    while process.poll() is None:
        look()
    said: dict[str, float] = {}
    for line in process.communicate()[0].splitlines():
        said |= json.loads(line)
    if process.returncode:
        raise RuntimeError("the import failed")
    report(Figure(f"{ROWS:,} rows read from a workbook", said["read"], "s"))
    report(Figure(f"{ROWS:,} rows checked", said["checked"], "s"))
    report(Figure(f"{ROWS:,} customers imported with 查重", said["imported"], "s", 60 * ROWS / 100_000))
    report(Figure("memory at its most", said["megabytes"], "MB", 400))
    report(Figure(f"{ROWS:,} rows undone", said["undone"], "s"))
    idle, busy = (p95(side.times["lists", f"all: {when}"]) for when in ("while idle", "beside the import"))
    report(Figure("list of others beside the import against idle, p95", busy / idle, "times", 2))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        import_customers(int(sys.argv[1]))
    else:
        main()
