"""The next best thing to do about a customer."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.access import Actor
from core.resources import Advice
from core.resources.head import COMPOSER
from crm.customers.models import Customer

QUIET_DAYS = 30


def advice_on(customer: Customer, user: Actor) -> Advice | None:
    """What a good sales person would do next; nothing about customers that are lost."""
    if not customer.is_pursued():
        return None
    now = timezone.now()
    due = customer.next_contact_at
    if due is not None and due < now:
        days = (timezone.localdate(now) - timezone.localdate(due)).days
        if days:
            text = ngettext(
                "The contact planned is %(days)s day overdue.", "The contact planned is %(days)s days overdue.", days
            )
            return Advice(text % {"days": days}, "danger", _("Write it down"), COMPOSER)
        return Advice(_("This customer was to be contacted today."), "warning", _("Write it down"), COMPOSER)
    if customer.last_follow_up_at is None:
        return Advice(_("Nobody has been in contact with this customer yet."), "info", _("Begin"), COMPOSER)
    if due is None:
        days = (timezone.localdate(now) - timezone.localdate(customer.last_follow_up_at)).days
        if days >= QUIET_DAYS:
            told = _("Nobody has been in contact for %(days)s days, and nothing is planned.") % {"days": days}
            return Advice(told, "warning", _("Get in touch"), COMPOSER)
        return Advice(_("No next contact is planned."), "info", _("Plan one"), COMPOSER)
    return None
