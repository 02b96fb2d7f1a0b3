"""Real workers and dispatchers, killed in the middle: nothing is lost, nothing happens twice."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
import redis
from celery import Celery
from core.db import run_in_company, run_outside_companies
from core.jobs import broker
from core.jobs.due.models import DueJob
from core.jobs.models import Job
from core.jobs.services import enqueue
from core.records.models import LogEntry
from django.conf import settings
from infra.local.processes import free_port
from infra.local.valkey import Valkey

from tests.core.people import make_user
from tests.worker import kinds, processes  # noqa: F401  declares the kinds
from tests.worker.processes import wait_for


@dataclass
class Site:
    """The processes of one test, and where they write."""

    environment: dict[str, str]
    log: Path
    stack: ExitStack

    def worker(self, count: int = 2) -> Any:
        return self.stack.enter_context(processes.worker(self.environment, self.log, processes=count))

    def scheduler(self) -> Any:
        return self.stack.enter_context(processes.scheduler(self.environment, self.log))


@pytest.fixture
def site(live_ground: Any, tmp_path: Path) -> Iterator[Site]:
    redis.Redis.from_url(settings.CELERY_BROKER_URL).flushall()
    log = tmp_path / "processes.log"
    with ExitStack() as stack:
        yield Site({**live_ground.environment, "QIKU_JOB_SLOTS": "3"}, log, stack)
    print(log.read_text()[-4000:] if log.exists() else "")  # shown when a test fails


def state_of(job: Job) -> str:
    return Job.rows.get(pk=job.pk).state


def counted() -> list[int]:
    return sorted(line.changes["number"][1] for line in LogEntry.objects.filter(verb="counted"))


def all_done() -> bool:
    return not Job.rows.exclude(state=Job.State.DONE).exists()


def due_rows() -> int:
    return run_outside_companies(lambda: DueJob.objects.count())


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


def test_a_job_starts_within_a_second_of_its_order(site: Site) -> None:
    site.worker()
    site.scheduler()
    warm = enqueue("test.count", by=None)
    wait_for(lambda: state_of(warm) == Job.State.DONE)
    started = time.monotonic()
    job = enqueue("test.count", by=None)
    wait_for(lambda: state_of(job) == Job.State.DONE, 5)
    assert time.monotonic() - started < 1.0


def test_a_killed_worker_loses_and_doubles_nothing(site: Site) -> None:
    first = site.worker(count=2)
    site.scheduler()
    jobs = [enqueue("test.count", {"number": number, "seconds": 1.5}, by=None) for number in range(4)]
    wait_for(lambda: Job.rows.filter(state=Job.State.RUNNING).count() == 2)
    processes.kill_tree(first)
    assert counted() == []
    site.worker(count=2)
    wait_for(all_done, 40)
    assert counted() == [0, 1, 2, 3]
    assert max(Job.rows.get(pk=job.pk).attempts for job in jobs) == 2


def test_a_process_of_the_worker_killed_in_the_middle_is_replaced(site: Site, company: Any) -> None:
    first = site.worker(count=1)
    site.scheduler()
    job = enqueue("test.count", {"number": 1, "seconds": 2.0}, by=None)
    wait_for(lambda: state_of(job) == Job.State.RUNNING)
    for child in psutil.Process(first.pid).children():
        child.kill()
    wait_for(all_done, 40)
    assert counted() == [1]


def test_what_takes_too_long_is_stopped_and_says_so(site: Site) -> None:
    owner = make_user(language="en")
    site.worker(count=1)
    site.scheduler()
    job = enqueue("test.linger", by=owner)
    wait_for(lambda: state_of(job) == Job.State.FAILED)
    assert Job.rows.get(pk=job.pk).error == "It took longer than 1 seconds."


def test_work_that_kills_its_process_fails_in_the_end(site: Site) -> None:
    site.worker(count=1)
    site.scheduler()
    job = enqueue("test.crash", by=make_user())
    wait_for(lambda: state_of(job) == Job.State.FAILED, 60)
    assert Job.rows.get(pk=job.pk).attempts == 3
    assert not LogEntry.objects.filter(verb="crashed").exists()


def test_a_killed_dispatcher_loses_and_doubles_nothing(site: Site) -> None:
    site.worker()
    for _ in range(3):
        dispatcher = site.scheduler()
        for number in range(10):
            enqueue("test.count", {"number": number, "seconds": 0.1}, by=None)
        wait_for(lambda: Job.rows.filter(state=Job.State.RUNNING).exists())
        processes.kill_tree(dispatcher)
    site.scheduler()
    site.scheduler()
    wait_for(all_done, 60)
    assert counted() == sorted([*range(10)] * 3)


def test_a_flushed_broker_loses_and_doubles_nothing(site: Site) -> None:
    site.worker()
    site.scheduler()
    valkey = redis.Redis.from_url(settings.CELERY_BROKER_URL)
    for number in range(40):
        enqueue("test.count", {"number": number, "seconds": 0.05}, by=None)
        if number % 4 == 0:
            valkey.flushall()
    for _ in range(10):
        valkey.flushall()
        time.sleep(0.1)
    wait_for(all_done, 60)
    assert counted() == list(range(40))


def test_messages_sent_twice_do_the_work_once(site: Site, company: Any) -> None:
    site.worker(count=3)
    jobs = [enqueue("test.count", {"number": number, "seconds": 0.1}, by=None) for number in range(5)]
    for job in [*jobs, *jobs, *jobs]:
        broker.send(company.id, job.pk, timeout=60)
    wait_for(all_done)
    assert counted() == list(range(5))


def test_it_rejects_a_message_of_a_company_that_does_not_exist(site: Site, company: Any) -> None:
    site.worker(count=1)
    job = enqueue("test.count", by=None)
    app = Celery(broker=settings.CELERY_BROKER_URL)
    for arguments in ([999_999, job.pk], [str(company.id), job.pk], [None, job.pk], [company.id], []):
        app.send_task(broker.TASK, args=arguments)
    broker.send(company.id, job.pk, timeout=60)
    wait_for(all_done)
    assert counted() == [0]


def test_it_stops_in_an_orderly_way_when_asked(site: Site) -> None:
    started = site.worker(count=1)
    site.scheduler()
    job = enqueue("test.count", {"seconds": 1.0}, by=None)
    wait_for(lambda: state_of(job) == Job.State.RUNNING)
    os.kill(started.pid, signal.SIGTERM)
    started.wait(15)
    assert state_of(job) == Job.State.DONE
    assert Job.rows.get(pk=job.pk).attempts == 1


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
    back = time.monotonic()
    wait_for(lambda: Job.rows.filter(state=Job.State.DONE).count() > 12, 10)
    wait_for(all_done, 60)
    assert counted() == list(range(20))
    print(f"working again {time.monotonic() - back:.1f} s after Valkey was back")
