"""The worker with the kinds of the tests: `celery -A tests.worker.application worker`."""

from worker import app  # isort: skip  sets up Django, which the kinds need

from tests.worker import kinds

__all__ = ["app", "kinds"]
