"""What operators do, and what is seen of it."""

from __future__ import annotations

from typing import Any

from django.test import Client

from core.db import run_in_company
from core.records.models import LogEntry
from tenants.companies.lookup import company_by_id


def entries(operators: Any, **conditions: Any) -> list[LogEntry]:
    return run_in_company(
        operators, lambda: list(LogEntry.objects.filter(resource="companies", **conditions).order_by("pk"))
    )


def now(company: Any) -> Any:
    found = company_by_id(company.id)
    assert found is not None
    return found


def do(console: Client, company: Any, act: str, **values: Any) -> Any:
    return console.post(f"/companies/{company.id}/{act}/", {"reason": "by phone", **values})
