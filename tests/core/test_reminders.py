"""Reminders: told once and in their minute, moved and cancelled with their cause."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core.db import run_in_company
from core.jobs.models import Job
from core.jobs.runner import Outcome, run_job
from core.live.models import Notification
from core.reminders.models import Reminder
from core.reminders.services import SEND, order, reminders_hand_over
from core.resources.registry import resource_of
from crm.customers.models import Customer
from crm.customers.reminders import DUE
from crm.customers.services import customer_create, customers_create
from crm.followups.models import FollowUp
from crm.followups.services import follow_up_create, follow_up_plan_done
from tests.crm.people import customer_of, seller

SOON = timedelta(minutes=30)


def due_now(company: Any) -> list[Outcome]:
    """Let the time of every reminder come, and the workers look at the jobs."""
    Reminder.rows.update(at=timezone.now() - timedelta(minutes=1))
    jobs = Job.rows.filter(kind=SEND, state=Job.State.WAITING)
    jobs.update(run_at=timezone.now() - timedelta(seconds=1))
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("UPDATE public.due_job SET state = 1, due_at = now() WHERE company_id = %s", [company.id])
    return [run_job(company, pk) for pk in jobs.values_list("pk", flat=True).order_by("pk")]


def told(kind: str = DUE) -> list[Any]:
    """The notifications of a kind."""
    return list(Notification.rows.filter(kind=kind).order_by("pk"))


def test_customers_entered_together_are_reminded_of_as_each_alone(
    live_ground: Any, django_assert_max_num_queries: Any
) -> None:
    me = seller()
    at = timezone.now() + SOON
    rows = [{"name": f"客户{number}", "owner": me, "next_contact_at": at} for number in range(30)]
    rows += [{"name": "没有计划", "owner": me}, {"name": "很久以前", "owner": me, "next_contact_at": at - SOON * 200}]
    with django_assert_max_num_queries(60):
        customers_create(rows, by=me)
    alone = customer_create({"name": "单独", "owner": me, "next_contact_at": at}, by=me)
    of_one = Reminder.rows.filter(record_id=alone.pk)
    assert set(Reminder.rows.values_list("kind", "user", "at")) == set(of_one.values_list("kind", "user", "at"))
    assert Reminder.rows.count() == 31 * of_one.count()
    assert Job.rows.filter(kind=SEND).count() == of_one.count()


def test_many_reminders_of_one_minute_make_one_job(live_ground: Any) -> None:
    at = timezone.now() + SOON
    orders = {order(at).pk for _number in range(5)}
    assert len(orders) == 1
    assert Job.rows.filter(kind=SEND).count() == 1


def test_one_is_told_once_though_it_is_looked_at_twice(live_ground: Any, company: Any) -> None:
    me = seller()
    customer = customer_of(me, next_contact_at=timezone.now() + SOON)
    Customer.objects.filter(pk=customer.pk).update(next_contact_at=timezone.now() - SOON)
    assert set(due_now(company)) == {Outcome.DONE}
    again = [run_job(company, pk) for pk in Job.rows.filter(kind=SEND).values_list("pk", flat=True)]
    assert Outcome.DONE not in again
    assert len(told()) == 1


def test_what_is_due_is_told_to_the_owner(live_ground: Any, company: Any) -> None:
    me = seller()
    customer = customer_of(me, next_contact_at=timezone.now() + SOON)
    Customer.objects.filter(pk=customer.pk).update(next_contact_at=timezone.now() - SOON)
    due_now(company)
    [notice] = told()
    assert (notice.user, notice.url) == (me, f"/customers/{customer.pk}/")
    assert not Reminder.rows.filter(kind=DUE).exists()


def test_a_plan_that_moves_takes_its_reminder_along_and_one_that_is_done_cancels_it(live_ground: Any) -> None:
    me = seller()
    customer = customer_of(me)
    at = timezone.now() + SOON
    follow_up = follow_up_create({"customer": customer, "content": "x", "next_at": at, "next_plan": "y"}, by=me)
    about = Reminder.rows.filter(kind="followups.due", record_id=follow_up.pk)
    assert about.get().at == at
    resource_of(FollowUp).update(follow_up, {"next_at": at + SOON}, by=me)
    assert about.get().at == at + SOON
    follow_up_plan_done(FollowUp.objects.get(), by=me)
    assert not about.exists()


def test_a_customer_that_changes_hands_reminds_its_new_owner(live_ground: Any) -> None:
    me, heir = seller(), seller("符睿")
    customer = customer_of(me, next_contact_at=timezone.now() + SOON)
    resource_of(Customer).update(customer, {"owner": heir}, by=me)
    assert set(Reminder.rows.values_list("user", flat=True)) == {heir.pk}
    reminders_hand_over(heir, me)
    assert set(Reminder.rows.values_list("user", flat=True)) == {me.pk}


def test_nobody_is_reminded_of_what_lies_in_the_trash(live_ground: Any, company: Any) -> None:
    me = seller()
    customer = customer_of(me, next_contact_at=timezone.now() + SOON)
    Customer.objects.filter(pk=customer.pk).update(next_contact_at=timezone.now() - SOON)
    resource_of(Customer).delete(customer, by=me)
    due_now(company)
    assert told() == []


def test_nobody_is_reminded_of_a_customer_that_was_given_up(live_ground: Any, company: Any) -> None:
    me = seller()
    lost, kept = (customer_of(me, name, next_contact_at=timezone.now() + SOON) for name in ("甲", "乙"))
    Customer.objects.update(next_contact_at=timezone.now() - SOON)
    resource_of(Customer).update(lost, {"status": Customer.Status.LOST}, by=me)
    due_now(company)
    assert [notice.url for notice in told()] == [f"/customers/{kept.pk}/"]


def test_a_plan_and_its_customer_remind_once_of_the_same_moment(live_ground: Any, company: Any) -> None:
    me = seller()
    at = timezone.now() + SOON
    follow_up_create({"customer": customer_of(me), "content": "x", "next_at": at, "next_plan": "y"}, by=me)
    past = timezone.now() - SOON
    FollowUp.objects.update(next_at=past)
    Customer.objects.update(next_contact_at=past)
    due_now(company)
    assert len(told()) == 0
    assert len(told("followups.due")) == 1


def test_a_reminder_set_while_its_minutes_job_runs_gets_a_job_of_its_own(live_ground: Any) -> None:
    at = timezone.now() + SOON
    first = order(at)
    Job.rows.filter(pk=first.pk).update(state=Job.State.RUNNING)
    second = order(at)
    assert second.pk != first.pk
    assert second.run_at > first.run_at


def test_a_try_that_breaks_off_tells_nothing_and_the_next_one_all(
    live_ground: Any, company: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = seller()
    customer = customer_of(me, next_contact_at=timezone.now() + SOON)
    Customer.objects.filter(pk=customer.pk).update(next_contact_at=timezone.now() - SOON)
    from core.reminders import jobs

    def broken() -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr(jobs, "_forget_sent", broken)
    assert Outcome.AGAIN in due_now(company)
    assert told() == []
    monkeypatch.undo()
    due_now(company)
    assert len(told()) == 1


def test_in_another_company_nobody_is_told(live_ground: Any, company: Any, other_company: Any) -> None:
    me = seller()
    customer = customer_of(me, next_contact_at=timezone.now() + SOON)
    Customer.objects.filter(pk=customer.pk).update(next_contact_at=timezone.now() - SOON)
    due_now(company)
    assert run_in_company(other_company, Notification.rows.count) == 0


def test_what_was_due_long_ago_when_it_is_written_down_reminds_nobody(live_ground: Any) -> None:
    customer_of(seller(), next_contact_at=timezone.now() - timedelta(days=30))
    assert not Reminder.rows.filter(kind=DUE).exists()
    assert not Job.rows.filter(kind=SEND).exists()
