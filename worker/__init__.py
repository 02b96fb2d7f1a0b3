"""The process that does the jobs: `celery -A worker worker`. Imported by nobody."""

from worker.application import app
from worker.tasks import run_company_job

__all__ = ["app", "run_company_job"]
