"""Ordering a job: it exists with the transaction that orders it, once per key, and only in its company."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone

from core.db import run_in_company, run_outside_companies
from core.jobs.due.models import DueJob
from core.jobs.kinds import UnknownKind
from core.jobs.models import Job
from core.jobs.services import enqueue, job_cancel, schedule_off, schedule_on
from tests.core.people import make_user
from tests.worker import kinds  # noqa: F401  declares the kinds


def due() -> list[DueJob]:
    return list(DueJob.objects.order_by("company_id", "job_id"))


@pytest.mark.django_db
def test_it_is_due_at_once(company: Any) -> None:
    job = enqueue("test.count", {"number": 7}, by=None)
    [row] = due()
    assert (row.company_id, row.job_id, row.kind, row.state) == (company.id, job.pk, "test.count", DueJob.State.READY)
    assert job.payload == {"number": 7}


@pytest.mark.django_db
def test_it_waits_for_its_time() -> None:
    enqueue("test.count", by=None, at=timezone.now() + timedelta(hours=1))
    assert due()[0].state == DueJob.State.WAITING


@pytest.mark.django_db
def test_one_key_makes_one_job() -> None:
    first = enqueue("test.count", {"number": 1}, by=None, key="invoice 5")
    again = enqueue("test.count", {"number": 2}, by=None, key="invoice 5")
    assert again.pk == first.pk
    assert Job.rows.get().payload == {"number": 1}
    assert len(due()) == 1


def test_one_key_makes_one_job_when_many_order_at_the_same_moment(live_ground: Any, company: Any) -> None:
    start = threading.Barrier(8)
    ids: list[int] = []

    def order() -> None:
        start.wait()
        ids.append(run_in_company(company, lambda: enqueue("test.count", by=None, key="once").pk))
        connection.close()

    threads = [threading.Thread(target=order) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 8
    assert len(set(ids)) == 1
    assert len(due()) == 1


def test_what_rolls_back_was_never_ordered(live_ground: Any) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        enqueue("test.count", by=None)
        raise ZeroDivisionError
    assert not Job.rows.exists()
    assert not due()


@pytest.mark.django_db
def test_it_refuses_a_kind_that_nobody_declared() -> None:
    with pytest.raises(UnknownKind, match=r"test\.nothing"):
        enqueue("test.nothing", by=None)


@pytest.mark.django_db
def test_it_refuses_a_payload_that_is_not_json() -> None:
    with pytest.raises(TypeError):
        enqueue("test.count", {"number": object()}, by=None)
    assert not Job.rows.exists()


@pytest.mark.django_db
def test_each_company_has_its_own(company: Any, other_company: Any) -> None:
    enqueue("test.count", {"number": 1}, by=None, key="same")
    run_in_company(other_company, enqueue, "test.count", {"number": 2}, by=None, key="same")
    assert Job.rows.get().payload == {"number": 1}
    assert {company.id, other_company.id} <= {row.company_id for row in run_outside_companies(due)}


@pytest.mark.django_db
def test_a_company_sees_its_own_due_rows_only(other_company: Any) -> None:
    run_in_company(other_company, enqueue, "test.count", by=None)
    assert due() == []


@pytest.mark.django_db
def test_only_who_asked_for_it_may_cancel_it() -> None:
    owner, stranger = make_user("owner"), make_user("stranger")
    job = enqueue("test.count", by=owner)
    with pytest.raises(PermissionDenied):
        job_cancel(job, by=stranger)
    assert job_cancel(job, by=owner).state == Job.State.CANCELLED


@pytest.mark.django_db
def test_a_schedule_is_switched_on_once_and_off() -> None:
    first = schedule_on("test.daily")
    assert schedule_on("test.daily").pk == first.pk
    assert timezone.now() < first.run_at < timezone.now() + timedelta(hours=26)
    schedule_off("test.daily")
    assert not Job.rows.exists()
