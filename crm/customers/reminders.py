"""Reminders of customers: when the next contact is due, and the morning after when it did not take place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core.live.kinds import declare
from core.reminders.kinds import Text, reminder
from core.reminders.models import Reminder
from core.reminders.services import remind, remind_of_new
from core.resources.registry import resource_of
from crm.customers.models import Customer

DUE = declare("customers.due", _("Next contact of a customer is due"))
OVERDUE = declare("customers.overdue", _("Next contact of a customer is overdue"))
MORNING = time(9)


def morning_after(moment: datetime) -> datetime:
    """When people begin to work on the day after, by the company's clock."""
    day = timezone.localdate(moment) + timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, MORNING))


def customer_remind(customer: Customer) -> None:
    """Let the customer's reminders follow its next contact and its owner."""
    at = customer.next_contact_at
    remind(DUE, customer, [customer.owner], at)
    remind(OVERDUE, customer, [customer.owner], morning_after(at) if at else None)


def customers_remind(customers: Iterable[Customer]) -> None:
    """The same for customers that are new."""
    due = [(customer, customer.owner, customer.next_contact_at) for customer in customers if customer.next_contact_at]
    remind_of_new(DUE, due)
    remind_of_new(OVERDUE, [(customer, owner, morning_after(at)) for customer, owner, at in due])


@reminder(DUE)
def due_texts(due: Sequence[Reminder]) -> Mapping[int, Text]:
    """The contact is due now."""
    return _texts(due, gettext_noop("Time to contact %(customer)s"))


@reminder(OVERDUE)
def overdue_texts(due: Sequence[Reminder]) -> Mapping[int, Text]:
    """It was due the day before, and nobody wrote one down, put it off or gave the customer up."""
    return _texts(due, gettext_noop("Overdue: contact %(customer)s"))


def _texts(due: Sequence[Reminder], title: str) -> dict[int, Text]:
    from crm.followups.models import FollowUp  # follow-ups hang on customers, and are one family with them

    customers = in_sight(Customer, due)
    planned = set(
        FollowUp.objects.live()
        .filter(customer__in=[customer.pk for customer in customers.values()], plan=FollowUp.Plan.OPEN)
        .values_list("customer", "owner", "next_at")
    )
    now = timezone.now()
    return {
        pk: Text(
            title,
            gettext_noop("%(needs)s"),
            resource_of(Customer).record_url(customer),
            {"customer": str(customer), "needs": customer.needs},
        )
        for pk, customer in customers.items()
        if customer.is_pursued()
        and customer.next_contact_at is not None
        and customer.next_contact_at <= now
        # Of a plan for the same moment its own reminder tells, and says what was planned.
        and (customer.pk, customer.owner_id, customer.next_contact_at) not in planned
    }


def in_sight(model: type[Any], due: Iterable[Reminder]) -> dict[int, Any]:
    """The records that the reminders are about by the reminders' keys, as far as the users may still see them."""
    by_user: dict[int, list[Reminder]] = {}
    for one in due:
        by_user.setdefault(one.user_id, []).append(one)
    found: dict[int, Any] = {}
    for own in by_user.values():
        rows = resource_of(model).rows(own[0].user).filter(pk__in=[one.record_id for one in own])
        records = {row.pk: row for row in rows}
        found.update({one.pk: records[one.record_id] for one in own if one.record_id in records})
    return found
