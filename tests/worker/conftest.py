"""Workers and dispatchers of one test, on a database of its own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings

from core.db import run_outside_companies
from core.jobs.due.models import DueJob
from tests.worker import processes


@dataclass
class Site:
    """The processes of one test, and where they write."""

    environment: dict[str, str]
    log: Path
    stack: ExitStack

    def worker(self, count: int = 2) -> Any:
        """A worker of so many processes."""
        return self.stack.enter_context(processes.worker(self.environment, self.log, processes=count))

    def scheduler(self) -> Any:
        """A dispatcher."""
        return self.stack.enter_context(processes.scheduler(self.environment, self.log))


@pytest.fixture
def site(live_ground: Any, tmp_path: Path) -> Iterator[Site]:
    """A site without any process yet, and with nothing due."""
    redis.Redis.from_url(settings.CELERY_BROKER_URL).flushall()
    run_outside_companies(DueJob.objects.all().delete)  # what provisioning ordered is not these tests' business
    log = tmp_path / "processes.log"
    with ExitStack() as stack:
        yield Site({**live_ground.environment, "QIKU_JOB_SLOTS": "3"}, log, stack)
    sys.stdout.write(log.read_text()[-4000:] if log.exists() else "")  # shown when a test fails
