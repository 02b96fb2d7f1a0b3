"""The one task there is: try a job of a company."""

import logging
from typing import Any
from zoneinfo import ZoneInfo

from celery import Task
from celery.exceptions import Reject
from django.db import close_old_connections
from django.utils import timezone, translation

from core.db import current_company, run_in_company
from core.jobs.due import table as due
from core.jobs.runner import run_job
from tenants.companies.lookup import company_by_id
from tenants.settings.current import settings_now
from worker.application import app

logger = logging.getLogger(__name__)

SECONDS_WHILE_CLOSED = 600.0
"""How often the jobs of a suspended company are looked at: they wait until it is resumed."""


class CompanyTask(Task):
    """A task whose first argument is the id of a company. Without that very company it does not run.

    A task that ran in whatever company was left over, or in none, would read and write another's rows.
    """

    abstract = True

    def __call__(self, company_id: int, job_id: int) -> Any:
        if type(company_id) is not int or type(job_id) is not int:
            raise Reject(f"A message carries two ids, not {company_id!r} and {job_id!r}", requeue=False)
        close_old_connections()
        try:
            company = company_by_id(company_id)
            if company is None:
                due.forget_company(company_id)
                raise Reject(f"Company {company_id} does not exist", requeue=False)
            if company.id != company_id or run_in_company(company, lambda: current_company().id) != company_id:
                raise Reject(f"Asked for company {company_id}, got {company.id}", requeue=False)
            if company.access == "closed":
                due.put_off(company_id, job_id, SECONDS_WHILE_CLOSED)
                return "closed"
            now = run_in_company(company, settings_now)
            with translation.override(now.language), timezone.override(ZoneInfo(now.time_zone)):
                return self.run(company, job_id)
        finally:
            close_old_connections()


@app.task(base=CompanyTask, name="worker.run_job", typing=False)
def run_company_job(company: Any, job_id: int) -> str:
    """Try the job. The outcome is written to the job; what is returned is for the log only."""
    outcome = run_job(company, job_id)
    logger.info("Job %s of company %s: %s", job_id, company.id, outcome)
    return outcome.value
