"""Two people who lock the same rows in opposite order: nobody sees an error, and services lock in one order."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import OperationalError, transaction
from psycopg.errors import DeadlockDetected

from core.db import run_in_company
from core.db.deadlocks import again_on_deadlock
from core.records.services import record_create, record_update
from core.resources import Resource, registry
from tenants.people.administrators import hold_administrators
from tenants.roles import services as roles
from tests.factories import make, make_administrator, make_user
from tests.samples.models import Milestone, Project
from tests.together import together

pytestmark = pytest.mark.usefixtures("live_ground")

PATIENCE = 15.0  # seconds that one waits for the other to come to its place


class Meeting:
    """Lets two threads come to a place each before either goes on."""

    def __init__(self) -> None:
        self.arrived = [threading.Event(), threading.Event()]

    def arrive(self, number: int) -> bool:
        """Say that this one is here and wait for the other; whether it came."""
        self.arrived[number].set()
        return self.arrived[1 - number].wait(PATIENCE)


def test_the_victim_of_a_deadlock_begins_anew(company: Any) -> None:
    owner = make_administrator()
    rows = [make(Project, owner=owner) for _ in range(2)]
    meeting = Meeting()
    tries = []

    @again_on_deadlock
    @transaction.atomic
    def both(number: int) -> None:
        tries.append(number)
        for row in rows if number else rows[::-1]:
            record_update(row, {"note": f"{row.note}{number}"}, by=owner)
            meeting.arrive(number)

    assert together(lambda number: run_in_company(company, both, number), 2) == [None, None]
    assert len(tries) > 2


def test_within_a_transaction_it_is_left_to_who_opened_it(company: Any) -> None:
    @again_on_deadlock
    def victim() -> None:
        tries.append(1)
        raise OperationalError from DeadlockDetected()

    tries: list[int] = []
    with transaction.atomic(), pytest.raises(OperationalError):
        victim()
    assert len(tries) == 1
    with pytest.raises(OperationalError):
        victim()
    assert len(tries) == 1 + 4


def test_assigning_a_role_locks_in_one_order_whoever_asks(company: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    boss, colleague = make_administrator(), make_administrator()
    role = make_user("projects.view").roles.get()
    resource = registry.resources["roles"]
    meeting, here = Meeting(), threading.local()

    def hold() -> None:
        if here.number == 0:
            meeting.arrive(0)  # with the role locked already, if the order is wrong
        hold_administrators()
        if here.number == 1:
            meeting.arrive(1)

    monkeypatch.setattr("tenants.roles.resource.hold_administrators", hold)
    monkeypatch.setattr(roles, "hold_administrators", hold)

    def assign(number: int) -> None:
        here.number = number
        if number == 0:
            # Not by `act` itself, which would begin anew: the order alone has to be right.
            act: Any = Resource.act
            act.__wrapped__(resource, resource.action("assign"), role, by=boss, values={"users": [colleague]})
        else:
            roles.role_assign_users(role, [boss, colleague], by=boss)

    assert together(lambda number: run_in_company(company, assign, number), 2) == [None, None]


def test_who_refers_to_a_record_waits_for_nobody_who_changes_it(company: Any) -> None:
    owner = make_administrator()
    projects = [make(Project, owner=owner) for _ in range(2)]
    meeting = Meeting()

    @transaction.atomic
    def change_then_refer(number: int) -> None:
        """Each changes a project and adds a milestone to the other's."""
        record_update(projects[number], {"note": "changed"}, by=owner)
        meeting.arrive(number)
        record_create(Milestone(), {"project": projects[1 - number], "title": f"Of {number}"}, by=owner)

    assert together(lambda number: run_in_company(company, change_then_refer, number), 2) == [None, None]


def test_who_adds_records_of_administrators_waits_for_nobody_who_holds_them(company: Any) -> None:
    one, two = make_administrator(), make_administrator()
    meeting = Meeting()

    def hold_or_add(number: int) -> bool:
        """Holding is what every change of a user begins with; references are checked when they are committed."""
        if number:
            with transaction.atomic():
                hold_administrators()
                return meeting.arrive(1)
        meeting.arrived[1].wait(PATIENCE)
        record_create(Project(), {"name": "Theirs", "owner": two}, by=one)
        return meeting.arrive(0)

    assert together(lambda number: run_in_company(company, hold_or_add, number), 2) == [True, True]
