"""What operators see of a company beside its licence: how many use it, and when somebody last did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from core.db import run_in_company, run_outside_companies
from core.records.models import LogEntry
from tenants.companies.info import CompanyInfo
from tenants.people.models import User


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of one company now; `last_active` is the time of its last line of the log, None without any."""

    users: int
    last_active: datetime | None


def figures_of(company: CompanyInfo) -> Figures:
    """The figures of a company, from its own tables; two queries."""
    return run_outside_companies(run_in_company, company, _figures)


def figures_of_all(companies: Iterable[CompanyInfo]) -> dict[int, Figures]:
    """The figures of the companies on one page of the list, by their ids."""
    return {company.id: figures_of(company) for company in companies}


def _figures() -> Figures:
    last = LogEntry.objects.newest().first()
    return Figures(users=User.objects.get_queryset().with_seat().count(), last_active=last.at if last else None)
