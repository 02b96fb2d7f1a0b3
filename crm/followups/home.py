"""What follow-ups show on the home page: how many there were this month, and the latest ones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.access import Actor
from core.resources.home import COUNTED, Card, Figure, add_card, add_figure
from core.resources.registry import resource_of
from crm.customers.models import Customer
from crm.followups.models import FollowUp

SHOWN = 8


def _this_month(user: Actor) -> int:
    first = timezone.make_aware(datetime.combine(timezone.localdate().replace(day=1), time()))
    return resource_of(FollowUp).rows(user).filter(happened_at__gte=first).order_by()[:COUNTED].count()


def latest(user: Actor) -> Mapping[str, Any]:
    """The newest follow-ups that the user may see."""
    resource, customers = resource_of(FollowUp), resource_of(Customer)
    rows = resource.with_columns(resource.rows(user)).order_by("-happened_at", "-pk")[:SHOWN]
    content = resource.column("content")
    shown = [(row, resource.cell(row, content, user), customers.record_url(row.customer)) for row in rows]
    return {"follow_ups": shown, "all_url": resource.url}


add_figure(
    Figure(
        _("Follow-ups this month"),
        "phone",
        "followups.view",
        _this_month,
        lambda user: f"{reverse('followups-list')}?happened_at=this_month",
        order=20,
    )
)
add_card(Card("follow_ups", "followups.view", "followups/home_latest.html", latest, order=20))
