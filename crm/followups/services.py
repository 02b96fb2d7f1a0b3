"""What is done to follow-ups: the customer knows when it was last spoken to, and when it is to be spoken to next."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_noop

from core.access import Actor, guarded
from core.live.services import notify
from core.records.history import log
from core.records.services import record_create, record_delete, record_restore, record_update, records_update
from core.reminders.services import forget
from core.resources.mentions import EXCERPT, tell_named
from core.resources.registry import resource_of
from crm.customers.models import Customer
from crm.customers.reminders import customer_remind
from crm.followups import reminders
from crm.followups.models import Comment, FollowUp

Plan = FollowUp.Plan


@transaction.atomic
def follow_up_create(values: Mapping[str, Any], *, by: Actor) -> FollowUp:
    """Write down a follow-up; what was planned for the customer before is done by it."""
    follow_up = record_create(FollowUp(), _with_plan(values, Plan.NONE), by=by)
    planned = FollowUp.objects.filter(
        customer_id=follow_up.customer_id, owner_id=follow_up.owner_id, plan=Plan.OPEN
    ).exclude(pk=follow_up.pk)
    done = list(planned.values_list("pk", flat=True))
    if done:
        records_update(FollowUp, {pk: {"plan": Plan.DONE} for pk in done}, by=by, verb="plan_done")
        for kind in (reminders.DUE, reminders.OVERDUE):
            forget(kind, FollowUp, done)
    _tell_customer(follow_up)
    _tell_named(follow_up.content, follow_up, by=by)
    return follow_up


@transaction.atomic
def follow_up_update(
    follow_up: FollowUp, values: Mapping[str, Any], *, by: Actor, version: int | None = None
) -> FollowUp:
    """Change a follow-up."""
    follow_up = record_update(follow_up, _with_plan(values, follow_up.plan), by=by, version=version)
    _tell_customer(follow_up)
    return follow_up


@transaction.atomic
def follow_up_delete(follow_up: FollowUp, *, by: Actor) -> None:
    """Put a follow-up in the trash."""
    record_delete(follow_up, by=by)
    _tell_customer(follow_up)


@transaction.atomic
def follow_up_restore(follow_up: FollowUp, *, by: Actor) -> None:
    """Take a follow-up out of the trash."""
    record_restore(follow_up, by=by)
    _tell_customer(follow_up)


@transaction.atomic
def follow_up_plan_done(follow_up: FollowUp, *, by: Actor) -> FollowUp:
    """Mark what was planned as done."""
    follow_up = record_update(follow_up, {"plan": Plan.DONE}, by=by, verb="plan_done")
    _tell_customer(follow_up)
    return follow_up


@transaction.atomic
def follow_up_comment(follow_up: FollowUp, *, by: Actor, text: str) -> Comment:
    """Say something to a follow-up; its owner hears of it, and who is named in it."""
    comment: Comment = Comment.objects.create(follow_up=follow_up, author_id=by.pk, text=text.strip())
    log("comment", by=by, resource=guarded(FollowUp).name, record=follow_up, changes={"text": ["", comment.text]})
    named = {person.pk for person in _tell_named(comment.text, follow_up, by=by)}
    may_read = resource_of(FollowUp).rows(follow_up.owner).filter(pk=follow_up.pk).exists()
    if follow_up.owner_id not in {by.pk, *named} and may_read:
        notify(
            [follow_up.owner],
            kind="comment",
            title=gettext_noop("%(who)s commented on your follow-up of %(about)s"),
            body=gettext_noop("%(text)s"),
            params={"who": str(by), "about": str(follow_up.customer), "text": comment.text[:EXCERPT]},
            url=resource_of(Customer).record_url(follow_up.customer),
        )
    return comment


def comments_on(ids: Collection[int]) -> dict[int, list[Comment]]:
    """The comments on follow-ups that the caller may see, by their ids, the oldest first."""
    found: dict[int, list[Comment]] = {}
    for comment in Comment.objects.filter(follow_up__in=ids).select_related("author"):
        found.setdefault(comment.follow_up_id, []).append(comment)
    return found


def _tell_named(text: str, follow_up: FollowUp, *, by: Actor) -> list[Any]:
    customer = follow_up.customer
    return tell_named(text, follow_up, about=customer, url=resource_of(Customer).record_url(customer), by=by)


def _with_plan(values: Mapping[str, Any], before: str) -> dict[str, Any]:
    """The values, with what becomes of the plan when they set or clear its time."""
    if "next_at" not in values:
        return dict(values)
    if values["next_at"] is None:
        return {**values, "plan": Plan.NONE}
    return {**values, "plan": Plan.OPEN if before == Plan.NONE else before}


def _tell_customer(follow_up: FollowUp) -> None:
    """What the customer says of its follow-ups; its version stays, for nobody edited it."""
    customer = Customer.objects.select_for_update(of=("self",), no_key=True).get(pk=follow_up.customer_id)
    rows = FollowUp.objects.live().filter(customer=customer)
    values: dict[str, Any] = {"last_follow_up_at": rows.aggregate(last=Max("happened_at"))["last"]}
    if follow_up.has_open_plan() and follow_up.deleted_at is None:
        values["next_contact_at"] = follow_up.next_at
    elif customer.next_contact_at and _was_the_contact(follow_up, customer.next_contact_at):
        values["next_contact_at"] = None
    Customer.objects.filter(pk=customer.pk).update(**values)
    if follow_up.next_at is not None or follow_up.version > 1:  # a new one without a plan has nothing to remind of
        reminders.follow_up_remind(follow_up)
    if values.get("next_contact_at", customer.next_contact_at) != customer.next_contact_at:
        customer.next_contact_at = values["next_contact_at"]
        customer_remind(customer)


def _was_the_contact(follow_up: FollowUp, due: datetime) -> bool:
    """Whether the contact that was due took place: what was planned for it is done, or it was due by that day."""
    if follow_up.plan == Plan.DONE and follow_up.next_at == due:
        return True
    return timezone.localdate(due) <= timezone.localdate(follow_up.happened_at)
