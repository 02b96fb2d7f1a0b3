"""The worker with the kinds of the tests: `celery -A tests.worker.application worker`."""

from tests.worker import kinds
from worker import app

__all__ = ["app", "kinds"]
