"""A process that orders jobs on a database of its own: `python -m tests.worker.orders make|order SECONDS|report`."""

import json
import sys
import time

import django

django.setup()

from django.db import DatabaseError, close_old_connections  # noqa: E402

from core.db import run_in_company  # noqa: E402  needs the apps
from core.jobs.models import Job  # noqa: E402
from core.jobs.services import enqueue  # noqa: E402
from core.records.models import LogEntry  # noqa: E402
from tenants.companies.lookup import company_for_host  # noqa: E402
from tenants.companies.provisioning import company_create  # noqa: E402
from tenants.companies.runner import migrate_public  # noqa: E402
from tests.worker import kinds  # noqa: E402, F401  declares the kinds

HOST = "survivor.localhost"


def make() -> None:
    """Prepare the database and make a company."""
    migrate_public()
    company_create(name="Survivor", subdomain="survivor", plan="trial", seats=5, setup=lambda: None)


def order(seconds: float) -> None:
    """Order jobs one after the other; print the number of each that was acknowledged."""
    company = company_for_host(HOST)
    assert company is not None
    until, number = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        number += 1
        try:
            run_in_company(company, enqueue, "test.count", {"number": number, "seconds": 0.05}, by=None)
        except DatabaseError:
            close_old_connections()
            time.sleep(0.1)
        else:
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()
            time.sleep(0.02)


def report() -> None:
    """Print how many jobs are not done, and the numbers counted."""
    company = company_for_host(HOST)
    assert company is not None
    unfinished = run_in_company(company, lambda: Job.rows.exclude(state=Job.State.DONE).count())
    lines = run_in_company(
        company, lambda: list(LogEntry.objects.filter(verb="counted").values_list("changes", flat=True))
    )
    sys.stdout.write(json.dumps({"unfinished": unfinished, "counted": sorted(line["number"][1] for line in lines)}))


if __name__ == "__main__":
    {"make": make, "order": lambda: order(float(sys.argv[2])), "report": report}[sys.argv[1]]()
