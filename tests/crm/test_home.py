"""首页: each number opens just what it counts, and tells nobody what a role hides."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core.resources.home import figures
from core.resources.registry import all_permissions
from crm.customers.models import Customer
from crm.followups.services import follow_up_create, follow_up_plan_done
from tests.crm.people import customer_of, seller
from tests.factories import make_user

Status = Customer.Status
LATE = "逾期"


@pytest.fixture
def me(db: None) -> Any:
    return seller()


def plan(me: Any) -> dict[str, Any]:
    """Customers of all kinds: overdue, due today, due later, lost, somebody else's."""
    now = timezone.localtime().replace(hour=12, minute=0)
    return {
        "overdue": customer_of(me, "甲", next_contact_at=now - timedelta(days=3)),
        "overdue, won": customer_of(me, "乙", next_contact_at=now - timedelta(days=2), status=Status.WON),
        "today": customer_of(me, "丙", next_contact_at=now),
        "later": customer_of(me, "丁", next_contact_at=now + timedelta(days=40)),
        "overdue, lost": customer_of(me, "戊", next_contact_at=now - timedelta(days=3), status=Status.LOST),
        "another's": customer_of(seller("秦晨"), "己", next_contact_at=now - timedelta(days=3)),
    }


def numbers(client: Any) -> dict[str, int]:
    return {figure.icon: value for figure, value, _url in home(client)["figures"]}


def home(client: Any) -> Any:
    return client.get("/").context


def test_every_number_opens_what_it_counts(client: Any, me: Any) -> None:
    plan(me)
    follow_up_create({"customer": customer_of(me, "庚"), "content": "x"}, by=me)
    client.force_login(me)
    shown = home(client)["figures"]
    assert len(shown) == len(figures)
    for figure, value, url in shown:
        assert value > 0, f"{figure.label}: nothing is counted, so nothing is proved"
        assert client.get(url).context["list"].page.total == value, figure.label


def test_overdue_are_the_customers_that_somebody_still_follows(client: Any, me: Any) -> None:
    planned = plan(me)
    client.force_login(me)
    assert numbers(client)["alert-triangle"] == 2
    (contacts,) = [data for template, data in home(client)["cards"] if template == "customers/home_contacts.html"]
    assert [customer for customer, _url, _cell in contacts["customers"]] == [
        planned["overdue"],
        planned["overdue, won"],
        planned["today"],
    ]


def test_who_may_not_see_the_next_contact_is_not_told_how_many_are_due(client: Any, me: Any) -> None:
    blind = make_user(*sorted(all_permissions()), field_rights={"customers.next_contact_at": "hidden"})
    plan(me)
    client.force_login(blind)
    assert set(numbers(client)) == {"user-plus", "phone"}
    assert "customers/home_contacts.html" not in [template for template, _data in home(client)["cards"]]


def test_what_is_done_or_given_up_is_late_no_more(client: Any, me: Any) -> None:
    before = timezone.now() - timedelta(days=3)
    client.force_login(me)
    customer = customer_of(me, next_contact_at=before)
    follow_up = follow_up_create({"customer": customer, "content": "x", "next_at": before}, by=me)

    def late(address: str) -> bool:
        return LATE in client.get(address).content.decode()

    assert late("/followups/") and late(f"/followups/{follow_up.pk}/")
    follow_up_plan_done(follow_up, by=me)
    assert not late("/followups/") and not late(f"/followups/{follow_up.pk}/")

    Customer.objects.filter(pk=customer.pk).update(next_contact_at=before)
    assert late("/customers/") and late(f"/customers/{customer.pk}/")
    Customer.objects.filter(pk=customer.pk).update(status=Status.LOST)
    assert not late("/customers/") and not late(f"/customers/{customer.pk}/")
