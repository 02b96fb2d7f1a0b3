"""An import under workers that are killed: no row is lost, none is stored twice; nor when it is taken back."""

from __future__ import annotations

import psutil
import pytest

from core.pages.imports import services
from core.pages.imports.models import Import, Policy
from core.records.models import LogEntry
from core.resources.registry import resources
from tests.core.imports import csv_file
from tests.factories import make_administrator
from tests.samples.models import Project
from tests.worker import processes
from tests.worker.conftest import Site
from tests.worker.processes import wait_for

ROWS, CHUNK = 3_000, 100


def test_a_killed_worker_loses_and_doubles_no_row(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "ROWS_OF_A_CHUNK", CHUNK)
    admin = make_administrator(language="en")
    projects = resources["projects"]
    rows = [["Project name", "Owner"], *([f"Project {number}", admin.username] for number in range(ROWS))]
    batch = services.import_upload(projects, csv_file(rows), by=admin)

    def state() -> str:
        batch.refresh_from_db()
        return batch.state

    def logged(verb: str) -> int:
        return LogEntry.objects.filter(resource="projects", verb=verb).count()

    first = site.worker(count=2)
    site.scheduler()
    services.import_match(batch, projects, batch.columns, Policy.CREATE, by=admin)
    wait_for(lambda: state() == Import.State.CHECKED)
    assert batch.counts == {"good": ROWS, "bad": 0, "same": 0}

    services.import_begin(batch, {}, by=admin)
    wait_for(Project.objects.exists)
    processes.kill_tree(first)
    assert 0 < Project.objects.count() < ROWS
    assert Project.objects.count() % CHUNK == 0
    second = site.worker(count=2)
    before = Project.objects.count()
    wait_for(lambda: Project.objects.count() > before)
    for child in psutil.Process(second.pid).children():
        child.kill()
    wait_for(lambda: state() == Import.State.DONE)
    assert batch.counts == {"created": ROWS}
    assert {project.name for project in Project.objects.all()} == {f"Project {number}" for number in range(ROWS)}
    assert (logged("create"), logged("import")) == (ROWS, 1)

    services.import_take_back(batch, by=admin)
    wait_for(lambda: Project.objects.count() < ROWS)
    for child in psutil.Process(second.pid).children():
        child.kill()
    wait_for(lambda: state() == Import.State.UNDONE)
    assert batch.counts == {"created": ROWS, "removed": ROWS}
    assert not Project.objects.exists()
    assert (logged("take_back"), logged("import_undo")) == (ROWS, 1)
