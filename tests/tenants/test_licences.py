"""What a licence allows, and who changes it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.db import run_in_company
from core.records.models import LogEntry
from tenants.companies import services
from tenants.companies.info import LicenceState
from tenants.companies.lookup import company_by_id
from tenants.companies.models import Company
from tests.tenants.companies import set_licence


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "days_left", "access"),
    [
        (LicenceState.TRIAL, None, "full"),
        (LicenceState.ACTIVE, 0, "full"),
        (LicenceState.ACTIVE, -1, "full"),
        (LicenceState.ACTIVE, -7, "full"),
        (LicenceState.ACTIVE, -8, "read_only"),
        (LicenceState.TRIAL, -8, "read_only"),
        (LicenceState.EXPIRED, -1, "full"),
        (LicenceState.EXPIRED, -8, "read_only"),
        (LicenceState.EXPIRED, None, "read_only"),
        (LicenceState.EXPIRED, 5, "read_only"),
        (LicenceState.SUSPENDED, 100, "closed"),
        (LicenceState.SUSPENDED, None, "closed"),
    ],
)
def test_the_licence_decides_the_access(company: Any, state: str, days_left: int | None, access: str) -> None:
    until = None if days_left is None else timezone.localdate() + timedelta(days=days_left)
    assert set_licence(company, state=state, valid_until=until).access == access


@pytest.mark.django_db
def test_each_act_is_logged_with_the_operators(company: Any, operators: Any) -> None:
    services.licence_set_seats(company.id, seats=33, by=None)
    [entry] = run_in_company(operators, lambda: list(LogEntry.objects.filter(verb="licence_set_seats")))
    assert (entry.record_text, entry.record_id, entry.changes) == ("Alpha", company.id, {"seats": [10, 33]})
    assert LogEntry.objects.filter(verb="licence_set_seats").count() == 0


@pytest.mark.django_db
def test_an_extension_revives_an_expired_licence(company: Any) -> None:
    set_licence(company, state="expired", valid_until=timezone.localdate() - timedelta(days=30))
    until = timezone.localdate() + timedelta(days=30)
    services.licence_extend(company.id, valid_until=until, by=None)
    found = company_by_id(company.id)
    assert found is not None
    assert (found.access, found.licence.state, found.licence.valid_until) == ("full", "active", until)


@pytest.mark.django_db
def test_what_cannot_be_is_refused_at_its_field(company: Any, operators: Any) -> None:
    with pytest.raises(ValidationError) as refusal:
        services.licence_extend(company.id, valid_until=timezone.localdate() - timedelta(days=1), by=None)
    assert list(refusal.value.message_dict) == ["valid_until"]
    for seats in (0, -1, 10**9):
        with pytest.raises(ValidationError) as refusal:
            services.licence_set_seats(company.id, seats=seats, by=None)
        assert list(refusal.value.message_dict) == ["seats"]
    with pytest.raises(ValidationError, match="不能停用"):
        services.company_suspend(operators.id, by=None)
    with pytest.raises(Company.DoesNotExist):
        services.company_suspend(987654, by=None)


@pytest.mark.django_db
def test_the_api_is_granted_and_taken_back(company: Any) -> None:
    assert services.api_grant(company.id, granted=True, by=None).licence.api_granted
    assert not services.api_grant(company.id, granted=False, by=None).licence.api_granted


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "days_left"), [("trial", 12), ("active", 200), ("expired", -30)])
def test_a_resumed_licence_stands_where_it_stood(company: Any, state: str, days_left: int) -> None:
    until = timezone.localdate() + timedelta(days=days_left)
    before = set_licence(company, state=state, valid_until=until).licence
    services.company_suspend(company.id, by=None)
    services.company_suspend(company.id, by=None)  # said twice it must not forget what was before
    assert services.company_resume(company.id, by=None).licence == before


ACTS = {
    "extend": lambda pk: services.licence_extend(pk, valid_until=timezone.localdate(), by=None),
    "activate": lambda pk: services.licence_activate(pk, plan="standard", seats=5, valid_until=None, by=None),
    "expire": lambda pk: services.licence_expire(pk, by=None),
    "suspend": lambda pk: services.company_suspend(pk, by=None),
    "resume": lambda pk: services.company_resume(pk, by=None),
    "seats": lambda pk: services.licence_set_seats(pk, seats=7, by=None),
}


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.sampled_from(["trial", "active", "expired"]), acts=st.lists(st.sampled_from(sorted(ACTS)), max_size=7))
def test_a_suspension_covers_the_state_and_changes_nothing_of_it(company: Any, start: str, acts: list[str]) -> None:
    set_licence(company, state=start, state_before="", valid_until=None)
    below, suspended = start, False
    for act in acts:
        found = ACTS[act](company.id)
        match act, below:
            case "extend", "expired":
                below = "active"
            case "activate", _:
                below = "active"
            case "expire", _:
                below = "expired"
        suspended = {"suspend": True, "resume": False}.get(act, suspended)
        assert found.licence.state == ("suspended" if suspended else below), acts
