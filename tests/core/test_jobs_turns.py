"""Whose turn it is. The dispatcher sees the due table only, so the companies in these tests are numbers."""

import threading
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from core.db import run_outside_companies
from core.jobs.dispatcher import Dispatcher, Handed
from core.jobs.due import table
from core.jobs.due.models import DueJob

State = DueJob.State


@pytest.fixture(autouse=True)
def _nothing_is_due(company: Any) -> None:
    """What provisioning ordered is not these tests' business."""
    if company is not None:
        run_outside_companies(DueJob.objects.all().delete)


def put(company: int, jobs: Iterable[int], *, state: State = State.READY, seconds: float = -1.0) -> None:
    due_at = timezone.now() + timedelta(seconds=seconds)
    rows = [DueJob(company_id=company, job_id=job, kind="test.count", state=state, due_at=due_at) for job in jobs]
    run_outside_companies(DueJob.objects.bulk_create, rows)


def take(dispatcher: Dispatcher) -> list[tuple[int, int]]:
    return [(job.company_id, job.job_id) for job in dispatcher.take()]


def finish(jobs: Iterable[tuple[int, int]]) -> None:
    for company, job in jobs:
        claim = table.claim(company, job, 10)
        assert claim is not None
        table.remove(company, job, claim)


@pytest.mark.django_db
def test_ten_thousand_jobs_of_one_company_do_not_delay_another() -> None:
    put(1, range(10_000), seconds=-60)
    put(2, [1], seconds=-1)
    dispatcher = Dispatcher(slots=1)
    assert {company for company, _ in [*take(dispatcher), *_next(dispatcher, 1)]} == {1, 2}


def _next(dispatcher: Dispatcher, busy_company: int) -> list[tuple[int, int]]:
    running = run_outside_companies(
        lambda: list(DueJob.objects.filter(state=State.SENT).values_list("company_id", "job_id"))
    )
    assert {company for company, _ in running} == {busy_company}
    finish(running)
    return take(dispatcher)


@pytest.mark.django_db
def test_companies_take_turns() -> None:
    for company in (1, 2, 3):
        put(company, range(20), seconds=-company)
    dispatcher = Dispatcher(slots=1)
    served = []
    for _ in range(9):
        jobs = take(dispatcher)
        served += [company for company, _ in jobs]
        finish(jobs)
    assert served == [1, 2, 3] * 3


@pytest.mark.django_db
def test_one_company_leaves_a_place_free_for_the_others() -> None:
    put(1, range(100))
    dispatcher = Dispatcher(slots=4)
    assert len(take(dispatcher)) == 3
    assert take(dispatcher) == []
    put(2, [1])
    assert take(dispatcher) == [(2, 1)]


@pytest.mark.django_db
def test_it_hands_over_no_more_than_can_run() -> None:
    for company in range(1, 11):
        put(company, range(5))
    dispatcher = Dispatcher(slots=6)
    first = take(dispatcher)
    assert len(first) == 6
    assert len({company for company, _ in first}) == 6
    assert take(dispatcher) == []


@pytest.mark.django_db
def test_the_oldest_job_of_a_company_goes_first() -> None:
    put(1, [1], seconds=-1)
    put(1, [2], seconds=-100)
    assert take(Dispatcher(slots=1)) == [(1, 2)]


@pytest.mark.django_db
def test_what_is_not_due_waits() -> None:
    put(1, [1], state=State.WAITING, seconds=60)
    put(1, [2], state=State.WAITING, seconds=-1)
    assert take(Dispatcher(slots=5)) == [(1, 2)]


@pytest.mark.django_db
@pytest.mark.parametrize("state", [State.SENT, State.RUNNING])
def test_a_lease_that_ran_out_is_given_again(state: State) -> None:
    put(1, [1], state=state, seconds=-0.1)
    put(1, [2], state=state, seconds=30)
    assert take(Dispatcher(slots=5)) == [(1, 1)]


@pytest.mark.django_db
def test_of_many_messages_for_one_job_one_gets_it() -> None:
    put(1, [1], state=State.SENT, seconds=5)
    assert [table.claim(1, 1, 10) for _ in range(4)] == [1, None, None, None]


@pytest.mark.django_db
def test_who_lost_the_lease_can_neither_keep_nor_end_it() -> None:
    put(1, [1])
    first = table.claim(1, 1, 10)
    assert first is not None
    assert table.extend(1, 1, first, 10)
    run_outside_companies(lambda: DueJob.objects.update(due_at=timezone.now() - timedelta(seconds=1)))
    assert take(Dispatcher(slots=2)) == [(1, 1)]
    assert not table.extend(1, 1, first, 10)
    second = table.claim(1, 1, 10)
    assert second == first + 1
    table.remove(1, 1, first)
    assert table.extend(1, 1, second, 10)


def test_two_dispatchers_hand_nothing_over_twice(live_ground: Any) -> None:
    for company in range(1, 21):
        put(company, range(30))
    handed: list[Handed] = []
    start = threading.Barrier(4)

    def work() -> None:
        dispatcher = Dispatcher(slots=40)
        start.wait()
        for _ in range(25):
            jobs = dispatcher.take()
            handed.extend(jobs)
            finish((job.company_id, job.job_id) for job in jobs)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(handed) == len(set(handed)) == 600


def test_two_dispatchers_do_not_fill_a_place_twice(live_ground: Any) -> None:
    for company in range(1, 21):
        put(company, range(5))
    handed: list[Handed] = []
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        handed.extend(Dispatcher(slots=7).take())
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(handed) == 7
