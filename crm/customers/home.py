"""What customers show on the home page: how many are new, due and overdue, and whom to contact today."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from core.access import Actor
from core.resources.home import COUNTED, Card, Figure, add_card, add_figure
from core.resources.registry import resource_of
from crm.customers.models import Customer

SHOWN = 8


def _midnight(days: int = 0) -> datetime:
    """The beginning of today, or of a day so many later, by the company's clock."""
    day = timezone.localdate() + timedelta(days=days)
    return timezone.make_aware(datetime.combine(day, time()))


def _count(user: Actor, condition: Q) -> int:
    return resource_of(Customer).rows(user).filter(condition).order_by()[:COUNTED].count()


def _listed(**params: str) -> str:
    return f"{reverse('customers-list')}?{urlencode(params)}"


def _new_ones(user: Actor) -> int:
    return _count(user, Q(created_at__gte=_midnight().replace(day=1)))


def _due_today(user: Actor) -> int:
    return _count(user, Q(next_contact_at__gte=_midnight(), next_contact_at__lt=_midnight(1)))


def _overdue(user: Actor) -> int:
    return _count(user, Q(next_contact_at__lt=_midnight()))


def contacts_of_today(user: Actor) -> Mapping[str, Any]:
    """Whom to contact until tonight, the most overdue first, as far as the user may see them."""
    resource = resource_of(Customer)
    rows = resource.with_columns(resource.rows(user)).filter(next_contact_at__lt=_midnight(1))
    return {
        "customers": [
            (customer, resource.record_url(customer), resource.cell(customer, resource.column("next_contact_at"), user))
            for customer in rows.order_by("next_contact_at", "pk")[:SHOWN]
        ],
        "resource": resource,
        "all_url": _listed(next_contact_at=f"..{timezone.localdate()}", sort="next_contact_at"),
    }


add_figure(
    Figure(
        _("New customers this month"),
        "user-plus",
        "customers.view",
        _new_ones,
        lambda user: _listed(created_at="this_month"),
        order=10,
    )
)
add_figure(
    Figure(
        _("To contact today"),
        "calendar-event",
        "customers.view",
        _due_today,
        lambda user: _listed(next_contact_at="today", sort="next_contact_at"),
        order=30,
    )
)
add_figure(
    Figure(
        _("Overdue contacts"),
        "alert-triangle",
        "customers.view",
        _overdue,
        lambda user: _listed(next_contact_at=f"..{timezone.localdate() - timedelta(days=1)}", sort="next_contact_at"),
        order=40,
        hot=True,
    )
)
add_card(Card("contacts", "customers.view", "customers/home_contacts.html", contacts_of_today, order=10))
