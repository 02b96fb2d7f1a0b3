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

import django
import psutil
from django.contrib.auth import get_user_model
from django.utils import translation

from core.db import run_in_company
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


class Importer:
    """The import of the file, as pages order it and a worker does it."""

    def __init__(self, company: Any) -> None:
        from core.resources import registry

        self._company = company
        self._resource = registry.resources["customers"]
        self._batch: Any = None

    def upload(self) -> float:
        """Send the file; how many seconds the request takes."""
        from django.core.files.uploadedfile import SimpleUploadedFile

        from core.pages.imports import services

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "rows.xlsx"
            workbook(path)
            file = SimpleUploadedFile(path.name, path.read_bytes())

        def send() -> None:
            self._batch = services.import_upload(self._resource, file, by=self._user)

        with translation.override("en"):
            taken = seconds(lambda: run_in_company(self._company, send))
        assert len(self._batch.columns) == len(HEADINGS), self._batch.mapping
        return taken

    def order(self, step: str) -> None:
        """Order the next job: check, run or undo."""
        from core.pages.imports import services
        from core.pages.imports.models import Policy

        def give() -> None:
            match step:
                case "check":
                    columns = self._batch.columns
                    services.import_match(self._batch, self._resource, columns, Policy.SKIP, by=self._user)
                case "run":
                    services.import_begin(self._batch, {}, by=self._user)
                case "undo":
                    services.import_take_back(self._batch, by=self._user)

        run_in_company(self._company, give)

    @property
    def counts(self) -> dict[str, int]:
        """What came of the rows so far."""
        run_in_company(self._company, self._batch.refresh_from_db)
        found: dict[str, int] = self._batch.counts
        return found

    @property
    def _user(self) -> Any:
        return get_user_model()._default_manager.get(username="admin")


def work(number: int) -> None:
    """Do the one job that waits, as a worker does, and tell as JSON what it took.

    `computed` and `served` are seconds of processor of this process and of the server for it: on a machine that others
    use as well, they say more than `seconds`.
    """
    django.setup()
    from django.db import connection

    from core.jobs.models import Job
    from core.jobs.runner import Outcome, run_job
    from tenants.companies.lookup import company_by_id

    company = company_by_id(number)
    assert company is not None

    def waiting() -> int:
        found = Job.rows.filter(kind__startswith="import.", state=Job.State.WAITING).get()
        return int(found.pk)

    def server() -> psutil.Process:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            return psutil.Process(cursor.fetchone()[0])

    def processor(process: psutil.Process) -> float:
        times = process.cpu_times()
        return float(times.user + times.system)

    def do() -> None:
        assert run_job(company, pk) == Outcome.DONE

    pk = run_in_company(company, waiting)
    processes = psutil.Process(), run_in_company(company, server)
    before = [processor(process) for process in processes]
    taken = seconds(do)
    computed, served = (processor(process) - was for process, was in zip(processes, before, strict=True))
    told = {"seconds": taken, "computed": computed, "served": served, "megabytes": peak_megabytes()}
    print(json.dumps(told), flush=True)  # noqa: T201 - the answer


def main() -> None:
    """The company first; then the import, and lists beside it."""
    prepare()
    from tests.benchmarks.bench_lists import CUSTOMERS, make_side

    side = make_side("many", CUSTOMERS)
    importer = Importer(side.company)

    def look(when: str) -> None:
        side.ask("lists", when, "all", "/customers/")

    def worked(step: str) -> dict[str, float]:
        importer.order(step)
        command = [sys.executable, "-m", "tests.benchmarks.bench_import", str(side.company.id)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        while process.poll() is None:
            look(f"beside {step}")
        answer = process.communicate()[0]
        if process.returncode:
            raise RuntimeError(f"{step} failed")
        told: dict[str, float] = json.loads(answer.splitlines()[-1])
        return told

    for _request in range(IDLE_REQUESTS):
        look("while idle")
    report(Figure(f"{ROWS:,} rows read from a workbook", importer.upload(), "s"))
    steps = {"check": worked("check"), "run": worked("run")}
    counts = importer.counts
    assert counts["failed"] == BAD, counts
    assert counts["created"] + counts["skipped"] == ROWS - BAD, counts
    assert counts["skipped"] >= BAD - 1, counts
    steps["undo"] = worked("undo")
    assert importer.counts["removed"] == counts["created"], importer.counts
    _report(steps, side)


def _report(steps: dict[str, dict[str, float]], side: Any) -> None:
    what = {
        "check": f"{ROWS:,} rows checked with 查重",
        "run": f"{ROWS:,} customers imported with 查重",
        "undo": f"{ROWS:,} customers taken back",
    }
    for step, told in steps.items():
        reach = 60 * ROWS / 100_000 if step == "run" else None
        report(Figure(what[step], told["seconds"], "s", reach))
        report(Figure("  processor of the worker", told["computed"], "s"))
        report(Figure("  processor of the server", told["served"], "s"))
    report(Figure("memory of the worker at its most", max(one["megabytes"] for one in steps.values()), "MB", 400))
    idle = p95(side.times["lists", "all: while idle"])
    report(Figure("list of others while idle, p95", idle, "ms"))
    for step in steps:
        busy = p95(side.times["lists", f"all: beside {step}"])
        reach = 2 if step == "run" else None
        report(Figure(f"list of others beside the {step} against idle, p95", busy / idle, "times", reach))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        work(int(sys.argv[1]))
    else:
        main()
