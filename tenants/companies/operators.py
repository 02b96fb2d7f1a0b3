"""What is written in the operators' company in the transaction of a deed done to another one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.access import Actor
from core.db.context import run_in_company_same_transaction
from core.jobs.services import enqueue
from core.records.history import log
from tenants.companies.lookup import operators
from tenants.companies.models import Company


def log_for_operators(
    verb: str, company: Company, changes: Mapping[str, list[Any]], by: Actor | None, reason: str = ""
) -> None:
    """Write a line into the log of those who did it; none while there is no such company yet."""
    home = operators()
    if home is not None:
        said = {"reason": ["", reason]} if reason else {}
        run_in_company_same_transaction(
            home, log, verb, by=by, resource="companies", record=company, changes={**changes, **said}
        )


def order_of_operators(kind: str, payload: Mapping[str, Any] | None = None, *, at: datetime | None = None) -> None:
    """Order a job among those of the operators, so that it is done even if this process ends now."""
    home = operators()
    if home is not None:
        run_in_company_same_transaction(home, enqueue, kind, payload, by=None, at=at)
