"""Work about companies that nobody waits for. It belongs to the operators' company."""

from concurrent.futures import ThreadPoolExecutor

from django.utils.translation import gettext_lazy as _

from core.jobs.kinds import job
from core.jobs.run import Run
from tenants.companies.provisioning import FILL_POOL, fill_pool


@job(FILL_POOL, label=_("Filling the pool of ready companies"), timeout=600)
def refill(run: Run) -> dict[str, int]:
    """Make up for the schemas that sign-ups have taken; nothing to do when the pool is full."""
    # A thread of its own: it has no company, and no part in the transaction of the job.
    with ThreadPoolExecutor(1) as thread:
        return {"made": thread.submit(fill_pool).result()}
