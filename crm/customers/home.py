"""What customers show on the home page: how many are new, due and overdue, and whom to contact today."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.access import Actor
from core.resources.home import Asked, Card, Figure, add_card, add_figure, listed, listed_at
from crm.customers.models import Customer
from crm.customers.resource import to_contact

SHOWN = 8


def _new_this_month() -> Asked:
    return {"created_at": "this_month"}


def _due_today() -> Asked:
    return to_contact("today")


def _overdue() -> Asked:
    return to_contact(f"..{timezone.localdate() - timedelta(days=1)}")


def contacts_of_today(user: Actor) -> Mapping[str, Any] | None:
    """Whom to contact until tonight, the most overdue first, as far as the user may see them."""
    until_tonight = to_contact(f"..{timezone.localdate()}")
    found = listed(Customer, until_tonight, user)
    if found is None:
        return None
    resource = found.resource
    due = resource.column("next_contact_at")
    return {
        "customers": [
            (customer, resource.record_url(customer), resource.cell(customer, due, user))
            for customer in resource.with_columns(found.rows)[:SHOWN]
        ],
        "resource": resource,
        "all_url": listed_at(Customer, until_tonight),
    }


add_figure(Figure(_("New customers this month"), "user-plus", Customer, _new_this_month, order=10))
add_figure(Figure(_("To contact today"), "calendar-event", Customer, _due_today, order=30))
add_figure(Figure(_("Overdue contacts"), "alert-triangle", Customer, _overdue, order=40, hot=True))
add_card(Card("customers/home_contacts.html", contacts_of_today, order=10))
