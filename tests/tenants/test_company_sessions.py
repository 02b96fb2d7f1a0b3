"""Sessions and tickets whose time is over go by themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from core.db import run_in_company
from tenants.companies import sessions
from tenants.companies.sessions import sessions_clear
from tenants.people.signin_handover import handover_make
from tests.tenants.signin_people import PASSWORD, person
from tests.together import together

Keys = set[str]


def sessions_make(count: int, *, days: int, start: str = "s") -> None:
    """Sessions that end in so many days."""
    end = timezone.now() + timedelta(days=days)
    Session.objects.bulk_create(
        Session(session_key=f"{start}{number}", session_data="", expire_date=end) for number in range(count)
    )


def keys() -> Keys:
    return set(Session.objects.values_list("session_key", flat=True))


@pytest.mark.django_db
def test_who_signs_in_takes_away_what_is_over_and_nothing_else(
    client: Client, company: Any, other_company: Any
) -> None:
    user = person()
    handover_make(user)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))  # the ticket nobody took
    sessions_make(3, days=-1, start="over")
    sessions_make(2, days=1, start="good")
    run_in_company(other_company, sessions_make, 1, days=-1)
    client.post("/sign-in/", {"login": "qinchen", "password": PASSWORD})
    assert keys() == {"good0", "good1", client.cookies[settings.SESSION_COOKIE_NAME].value}
    assert run_in_company(other_company, keys) == {"s0"}, "each company's own sign-ins see to it"


@pytest.mark.django_db
def test_one_sign_in_takes_away_so_many_at_most(
    company: Any, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr(sessions, "MOST_AT_ONCE", 4)
    sessions_make(10, days=-1)
    with django_assert_max_num_queries(4):  # two of them the savepoint
        sessions_clear()
    assert len(keys()) == 6
    sessions_clear()
    sessions_clear()
    assert keys() == set()


def test_many_who_sign_in_at_once_do_not_wait_for_each_other(live_ground: Any, company: Any) -> None:
    sessions_make(300, days=-1)
    results = together(lambda number: run_in_company(company, sessions_clear), 8)
    assert results == [None] * 8
    sessions_clear()
    assert keys() == set()
