"""What the benches about companies begin with: a migrated database, and as many companies as they want."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median, quantiles

import django

from config.memory import settle


def prepare() -> None:
    """Set Django up as in a process that answers requests, and bring the database to the version of the code."""
    django.setup()
    settle()
    from tenants.companies.runner import migrate_all

    migrate_all()


def make_companies(count: int, *, prefix: str = "bench") -> list[int]:
    """Make `count` companies, each with its first administrator; their numbers."""
    from tenants.companies.provisioning import company_create
    from tenants.settings.services import company_furnish

    def furnish() -> None:
        company_furnish(
            company_name="Bench", username="admin", password="x" * 12, language="en", email="admin@example.com"
        )

    made = []
    for number in range(count):
        company = company_create(
            name=f"{prefix} {number}", subdomain=f"{prefix}-{number}", plan="trial", seats=10, setup=furnish
        )
        made.append(company.id)
    return made


def seconds(act: Callable[[], object]) -> float:
    """How long `act` takes."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def middle(values: list[float]) -> float:
    """The median."""
    return median(values)


def p95(values: list[float]) -> float:
    """What 95 of 100 stay below."""
    return quantiles(values, n=20, method="inclusive")[-1]
