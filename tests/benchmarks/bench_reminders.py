"""Ten thousand reminders due in the same minute over a hundred companies: all told in time, none twice.

`QIKU_BENCH_COMPANIES` runs it with fewer companies, a hundred reminders each.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from infra.bench.figures import Figure, report
from tests.benchmarks.companies import make_companies, prepare
from tests.benchmarks.programs import still_runs

COMPANIES = int(os.environ.get("QIKU_BENCH_COMPANIES", "100"))
EACH = 100  # reminders a company
AHEAD = timedelta(minutes=1)
LONGEST = 300  # seconds that the bench waits for the last of them


def main() -> None:
    """Customers whose next contact is due in one minute, and the workers and the dispatcher of a real start."""
    prepare()
    from django.utils import timezone

    from core.db import Company, run_in_company
    from tenants.companies.lookup import company_by_id

    companies: list[Company] = []
    for number in make_companies(COMPANIES, prefix="reminded"):
        company = company_by_id(number)
        assert company is not None
        companies.append(company)
    # Planted before the minute is chosen: a hundred companies take longer to fill than a minute has.
    for company in companies:
        run_in_company(company, _plant)
    at = (timezone.now() + 2 * AHEAD).replace(second=0, microsecond=0)
    for company in companies:
        run_in_company(company, _set, at)
    log = Path(tempfile.mkdtemp()) / "workers.log"
    with log.open("wb") as output:
        programs = [
            subprocess.Popen([sys.executable, "-m", *command], stdout=output, stderr=output)
            for command in (["celery", "-A", "worker", "worker", "--concurrency", "2"], ["django", "run_scheduler"])
        ]
        try:
            still_runs(*programs, for_seconds=(at - timezone.now()).total_seconds())
            start = time.monotonic()
            told = 0
            while told < COMPANIES * EACH and time.monotonic() - start < LONGEST:
                still_runs(*programs, for_seconds=1)
                told = sum(run_in_company(company, _told) for company in companies)
            took = time.monotonic() - start
        finally:
            for program in programs:
                program.terminate()
            for program in programs:
                program.wait(timeout=60)
    twice = sum(run_in_company(company, _twice) for company in companies)
    report(Figure(f"{COMPANIES * EACH:,} reminders of one minute over {COMPANIES} companies", took, "s", 120))
    report(Figure("reminders told", told, "of all", COMPANIES * EACH, "more"))
    report(Figure("reminders told twice", twice, "times", 0))


def _plant() -> None:
    from crm.customers.models import Customer
    from tenants.people.models import User

    owner = User.objects.get_queryset().order_by("pk").first()
    Customer.objects.bulk_create(
        Customer(name=f"Customer {number}", name_key=f"c{number}", owner=owner, created_by=owner)
        for number in range(EACH)
    )


def _set(at: datetime) -> None:
    from core.reminders.services import remind
    from crm.customers.models import Customer
    from crm.customers.reminders import DUE

    Customer.objects.update(next_contact_at=at)
    for customer in Customer.objects.select_related("owner"):
        remind(DUE, customer, [customer.owner], at)


def _notices() -> Any:
    from core.live.models import Notification
    from crm.customers.reminders import DUE

    return Notification.rows.filter(kind=DUE)


def _told() -> int:
    return int(_notices().count())


def _twice() -> int:
    return _told() - int(_notices().values("url").distinct().count())


if __name__ == "__main__":
    main()
