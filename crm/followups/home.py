"""What follow-ups show on the home page: how many there were this month, and the latest ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.access import Actor
from core.resources.home import Asked, Card, Figure, add_card, add_figure, listed
from core.resources.registry import resource_of
from crm.customers.models import Customer
from crm.followups.models import FollowUp

SHOWN = 8


def _this_month() -> Asked:
    return {"happened_at": "this_month"}


def latest(user: Actor) -> Mapping[str, Any] | None:
    """The newest follow-ups that the user may see."""
    found = listed(FollowUp, {}, user)
    if found is None:
        return None
    resource, customers = found.resource, resource_of(Customer)
    content = resource.column("content")
    shown = [
        (row, resource.cell(row, content, user), customers.record_url(row.customer))
        for row in resource.with_columns(found.rows)[:SHOWN]
    ]
    return {"follow_ups": shown, "all_url": resource.url}


add_figure(Figure(_("Follow-ups this month"), "phone", FollowUp, _this_month, order=20))
add_card(Card("followups/home_latest.html", latest, order=20))
