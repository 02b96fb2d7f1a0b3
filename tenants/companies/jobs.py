"""Work about companies that nobody waits for. It belongs to the operators' company."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from core.db.apart import run_apart
from core.jobs.kinds import job
from core.jobs.run import Run
from tenants.companies.provisioning import FILL_POOL, fill_pool
from tenants.companies.removal import company_purge
from tenants.companies.services import PURGE


@job(FILL_POOL, label=_("Filling the pool of ready companies"), timeout=600)
def refill(run: Run) -> dict[str, int]:
    """Make up for the schemas that sign-ups have taken; nothing to do when the pool is full."""
    return {"made": run_apart(fill_pool)}


@job(PURGE, label=_("Removing a deleted company"), retries=30, timeout=3600)
def purge(run: Run, *, company: int, uuid: str) -> dict[str, bool]:
    """Remove a company when the time in which it could be restored is over; tried for a day before it is given up."""
    return {"removed": run_apart(company_purge, company, UUID(uuid))}
