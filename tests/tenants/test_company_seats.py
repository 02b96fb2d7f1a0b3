"""The licensed number of users is never passed, however many come at once."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from core.db import run_in_company
from core.records.models import LogEntry
from tenants.companies import services
from tenants.companies.seats import SeatsExhausted, take_seat
from tests.ground import Ground
from tests.together import together


def add_user(_number: int = 0) -> None:
    """What adds an active user, in the company that is set."""
    with transaction.atomic():
        take_seat(active)
        LogEntry.objects.create(verb="user")


def active() -> int:
    """How many there are."""
    return LogEntry.objects.filter(verb="user").count()


def test_fifty_at_once_fill_every_seat_and_no_more(live_ground: Ground, company: Any, other_company: Any) -> None:
    results = together(lambda number: run_in_company(company, add_user), 50)
    refused = [each for each in results if isinstance(each, SeatsExhausted)]
    assert results.count(None) == 10
    assert len(refused) == 40
    assert (refused[0].used, refused[0].seats) == (10, 10)
    assert active() == 10
    assert run_in_company(other_company, active) == 0


def test_an_addition_that_fails_leaves_its_seat(live_ground: Ground, company: Any) -> None:
    """Forty of fifty give up after they took the seat; the ten seats go to the ten others."""

    def maybe(number: int) -> None:
        with transaction.atomic():
            take_seat(active)
            LogEntry.objects.create(verb="user")
            if number % 5:
                raise ZeroDivisionError

    results = together(lambda number: run_in_company(company, maybe, number), 50)
    assert results.count(None) == 10
    assert active() == 10


@pytest.mark.django_db
def test_a_reduction_removes_nobody_and_blocks_additions(company: Any) -> None:
    for _user in range(4):
        add_user()
    services.licence_set_seats(company.id, seats=2, by=None)
    with pytest.raises(SeatsExhausted) as refusal:
        add_user()
    assert (refusal.value.used, refusal.value.seats) == (4, 2)
    assert active() == 4
    services.licence_set_seats(company.id, seats=5, by=None)
    add_user()


@pytest.mark.django_db
def test_several_seats_are_taken_at_once_or_not_at_all(company: Any) -> None:
    with transaction.atomic():
        take_seat(active, adding=10)
    with pytest.raises(SeatsExhausted), transaction.atomic():
        take_seat(active, adding=11)


def test_a_seat_is_taken_in_the_transaction_that_adds(live_ground: Ground) -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        take_seat(active)
