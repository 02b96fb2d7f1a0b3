"""Reminders of follow-ups: when what was planned is due, and the morning after when it was not done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core.live.kinds import declare
from core.reminders.kinds import Text, reminder
from core.reminders.models import Reminder
from core.reminders.services import remind
from core.resources.registry import resource_of
from crm.customers.models import Customer
from crm.customers.reminders import in_sight, morning_after
from crm.followups.models import FollowUp

DUE = declare("followups.due", _("What I planned is due"))
OVERDUE = declare("followups.overdue", _("What I planned is overdue"))


def follow_up_remind(follow_up: FollowUp) -> None:
    """Let the reminders follow the plan and its owner; what lies in the trash, or is done, reminds nobody."""
    planned = follow_up.has_open_plan() and follow_up.deleted_at is None
    at = follow_up.next_at if planned else None
    remind(DUE, follow_up, [follow_up.owner], at)
    remind(OVERDUE, follow_up, [follow_up.owner], morning_after(at) if at else None)


@reminder(DUE)
def due_texts(due: Sequence[Reminder]) -> Mapping[int, Text]:
    """What was planned is due now."""
    return _texts(due, gettext_noop("Due now: %(customer)s"))


@reminder(OVERDUE)
def overdue_texts(due: Sequence[Reminder]) -> Mapping[int, Text]:
    """It was due the day before, and nobody said that it was done."""
    return _texts(due, gettext_noop("Overdue: %(customer)s"))


def _texts(due: Sequence[Reminder], title: str) -> dict[int, Text]:
    found = in_sight(FollowUp, due)
    known = Customer.objects.known({follow_up.customer_id for follow_up in found.values()})
    customers = {customer.pk: customer for customer in known}
    return {
        pk: Text(
            title,
            gettext_noop("%(plan)s"),
            resource_of(Customer).record_url(customers[follow_up.customer_id]),
            {"customer": str(customers[follow_up.customer_id]), "plan": follow_up.next_plan or str(follow_up)},
        )
        for pk, follow_up in found.items()
        if follow_up.has_open_plan()
    }
