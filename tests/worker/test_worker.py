"""Real workers and dispatchers, killed in the middle: nothing is lost, nothing happens twice."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import redis
from celery import Celery
from django.conf import settings

from core.db import run_in_company, run_outside_companies
from core.jobs import broker
from core.jobs.due.models import DueJob
from core.jobs.models import Job
from core.jobs.services import enqueue
from core.live.models import Notification
from core.pages.bulk_chunks import BulkChunk
from core.pages.bulk_job import CHUNK, bulk_order
from core.records.models import LogEntry
from core.resources import registry
from infra.local.processes import free_port
from infra.local.valkey import Valkey
from tests.core.people import make_user
from tests.factories import make_administrator
from tests.samples.models import Project
from tests.worker import kinds, processes  # noqa: F401  declares the kinds
from tests.worker.conftest import Site
from tests.worker.processes import wait_for


def state_of(job: Job) -> str:
    return Job.rows.get(pk=job.pk).state


def counted() -> list[int]:
    return sorted(line.changes["number"][1] for line in LogEntry.objects.filter(verb="counted"))


def all_done() -> bool:
    return not Job.rows.exclude(state=Job.State.DONE).exists()


def due_rows() -> int:
    return run_outside_companies(DueJob.objects.count)


def test_it_does_what_was_ordered_in_every_company(site: Site, company: Any, other_company: Any) -> None:
    site.worker()
    site.scheduler()
    for number in range(20):
        enqueue("test.count", {"number": number}, by=None)
        run_in_company(other_company, enqueue, "test.count", {"number": 100 + number}, by=None)
    wait_for(lambda: all_done() and run_in_company(other_company, all_done))
    assert counted() == list(range(20))
    assert run_in_company(other_company, counted) == list(range(100, 120))
    wait_for(lambda: due_rows() == 0, 5)

    slow = enqueue("test.linger", by=make_user(language="en"))
    ordered = time.monotonic()
    quick = enqueue("test.count", by=None)
    wait_for(lambda: state_of(quick) == Job.State.DONE)
    assert time.monotonic() - ordered < 3.0
    wait_for(lambda: state_of(slow) == Job.State.FAILED)
    assert Job.rows.get(pk=slow.pk).error == "It took longer than 1 seconds."


def test_a_killed_worker_loses_and_doubles_nothing(site: Site) -> None:
    first = site.worker(count=2)
    site.scheduler()
    jobs = [enqueue("test.count", {"number": number, "seconds": 2.0}, by=None) for number in range(4)]
    wait_for(lambda: Job.rows.filter(state=Job.State.RUNNING).count() == 2)
    processes.kill_tree(first)
    assert counted() == []
    second = site.worker(count=2)
    wait_for(lambda: Job.rows.filter(state=Job.State.RUNNING).count() == 2 and Job.rows.filter(attempts=2).exists())
    for child in psutil.Process(second.pid).children():
        child.kill()
    wait_for(all_done)
    assert counted() == [0, 1, 2, 3]
    assert 2 <= max(Job.rows.get(pk=job.pk).attempts for job in jobs) <= 3

    crash = enqueue("test.crash", by=make_user())
    wait_for(lambda: state_of(crash) == Job.State.FAILED)
    assert Job.rows.get(pk=crash.pk).attempts == 3
    assert not LogEntry.objects.filter(verb="crashed").exists()


def test_a_step_for_many_goes_on_where_its_worker_was_killed(site: Site) -> None:
    owner = make_administrator()
    made = Project.objects.bulk_create(
        Project(name=f"Project {number:04}", owner=owner, created_by=owner, state="active") for number in range(600)
    )
    pks = sorted(project.pk for project in made)
    site.scheduler()
    working = site.worker(count=1)
    job = bulk_order(registry.resources["projects"], "finish", pks, by=owner)
    for already_done in (1, 4):
        wait_for(lambda done=already_done: BulkChunk.rows.of(job.pk).filter(finished=True).count() >= done)
        processes.kill_tree(working)
        finished = BulkChunk.rows.of(job.pk).filter(finished=True).count()
        assert finished < len(pks) / CHUNK, "it was killed too late to show anything"
        assert LogEntry.objects.filter(verb="finish").count() == finished * CHUNK
        working = site.worker(count=1)
    wait_for(lambda: state_of(job) == Job.State.DONE, 240)
    assert sorted(LogEntry.objects.filter(verb="finish").values_list("record_id", flat=True)) == pks
    assert set(Project.objects.values_list("state", "version")) == {("done", 2)}
    done = Job.rows.get(pk=job.pk)
    assert (done.attempts, done.result) == (3, {"done": len(pks), "failed": 0})
    assert Notification.rows.of(owner).count() == 1


def test_a_killed_dispatcher_and_a_flushed_broker_lose_and_double_nothing(site: Site) -> None:
    site.worker()
    valkey = redis.Redis.from_url(settings.CELERY_BROKER_URL)
    for round_ in range(2):
        dispatcher = site.scheduler()
        for number in range(10):
            enqueue("test.count", {"number": 10 * round_ + number, "seconds": 0.1}, by=None)
        wait_for(lambda: Job.rows.filter(state=Job.State.RUNNING).exists())
        processes.kill_tree(dispatcher)
    site.scheduler()
    site.scheduler()
    for number in range(20, 40):
        enqueue("test.count", {"number": number, "seconds": 0.05}, by=None)
        valkey.flushall()
    for _ in range(20):
        valkey.flushall()
        time.sleep(0.1)
    wait_for(all_done)
    assert counted() == list(range(40))


def test_a_message_is_not_trusted(site: Site, company: Any) -> None:
    started = site.worker(count=3)
    jobs = [enqueue("test.count", {"number": number, "seconds": 0.2}, by=None) for number in range(5)]
    app = Celery(broker=settings.CELERY_BROKER_URL)
    for arguments in ([999_999, jobs[0].pk], [str(company.id), jobs[0].pk], [None, jobs[0].pk], [company.id], []):
        app.send_task(broker.TASK, args=arguments)
    for job in [*jobs, *jobs, *jobs]:
        broker.send(company.id, job.pk, timeout=60)
    wait_for(all_done)
    assert counted() == list(range(5))

    last = enqueue("test.count", {"number": 5, "seconds": 1.0}, by=None)
    broker.send(company.id, last.pk, timeout=60)
    wait_for(lambda: state_of(last) == Job.State.RUNNING)
    os.kill(started.pid, signal.SIGTERM)  # an orderly stop waits for what is running
    started.wait(30)
    assert state_of(last) == Job.State.DONE


def test_a_killed_valkey_loses_nothing_and_is_found_again(site: Site, tmp_path: Path) -> None:
    valkey = Valkey(tmp_path / "valkey", durable=False)
    valkey.prepare()
    port = free_port()
    command = [str(part) for part in valkey.command(port)]

    def start() -> Any:
        return site.stack.enter_context(processes.program(command, tmp_path / "valkey.log"))

    server = start()
    wait_for(lambda: valkey.answers(port))
    site.environment["VALKEY_URL"] = valkey.url(port)
    site.worker()
    site.scheduler()
    for number in range(10):
        enqueue("test.count", {"number": number, "seconds": 0.2}, by=None)
    wait_for(lambda: Job.rows.filter(state=Job.State.DONE).exists())
    processes.kill_tree(server)
    for number in range(10, 20):
        enqueue("test.count", {"number": number}, by=None)
    time.sleep(2)
    start()
    wait_for(lambda: Job.rows.filter(state=Job.State.DONE).count() > 12, 10)
    wait_for(all_done, 60)
    assert counted() == list(range(20))


def test_a_killed_postgresql_keeps_what_was_acknowledged(site: Site) -> None:
    folder = Path(tempfile.mkdtemp(prefix="qiku-killed-"))
    folder.chmod(0o711)  # PostgreSQL runs under an account of its own
    site.stack.callback(shutil.rmtree, folder, ignore_errors=True)
    postgres = processes.OwnPostgres(folder)
    site.stack.callback(postgres.close)
    site.environment["DATABASE_URL"] = postgres.url

    def orders(*arguments: str) -> list[str]:
        command = [sys.executable, "-m", "tests.worker.orders", *arguments]
        done = subprocess.run(
            command, env=site.environment, cwd=processes.ROOT, capture_output=True, text=True, check=True
        )
        return done.stdout.splitlines()

    orders("make")
    site.worker()
    site.scheduler()
    with ThreadPoolExecutor() as pool:
        ordering = pool.submit(orders, "order", "14")
        for _ in range(2):
            time.sleep(5)
            postgres.kill()
            postgres.start()
        acknowledged = {int(line) for line in ordering.result()}

    def outcome() -> Any:
        report = json.loads(orders("report")[-1])
        return report["counted"] if not report["unfinished"] else None

    counted_numbers = wait_for(outcome)
    assert len(counted_numbers) == len(set(counted_numbers))
    assert acknowledged <= set(counted_numbers)
    # A commit that PostgreSQL could not acknowledge any more may have happened, once per crash at most.
    assert len(set(counted_numbers) - acknowledged) <= 2
