"""Setting reminders, moving and cancelling them: always in the transaction of the change that they follow from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from core.access import guarded
from core.db.locks import held_value
from core.jobs.models import Job
from core.jobs.services import enqueue
from core.reminders.models import Reminder

SEND = "reminders.send"
MINUTE = timedelta(minutes=1)
TOO_LATE = timedelta(days=1)


@transaction.atomic
def remind(kind: str, record: models.Model, users: Iterable[Any], at: datetime | None) -> None:
    """Remind exactly these users of the record at `at`; those set before are moved, or cancelled (no `at`, no users).

    Those who may no longer sign in are reminded of nothing, and nobody of what was due long before it was written
    down: a table of last year's plans is read in without a word.
    """
    if at is not None and at < timezone.now() - TOO_LATE:
        at = None
    wanted = {user.pk for user in users if user.is_active} if at is not None else set()
    rows = Reminder.rows.about(kind, guarded(type(record)).name, [record.pk])
    rows.exclude(user__in=wanted).delete()
    if at is None or not wanted:
        return
    for user in sorted(wanted):
        Reminder.rows.update_or_create(
            kind=kind, resource=guarded(type(record)).name, record_id=record.pk, user_id=user, defaults={"at": at}
        )
    order(at)


@transaction.atomic
def remind_of_new(kind: str, wanted: Iterable[tuple[models.Model, Any, datetime]]) -> None:
    """Remind users of records made in this transaction, given as (record, user, time): `remind` for many at once."""
    earliest = timezone.now() - TOO_LATE
    new = [
        Reminder(kind=kind, resource=guarded(type(record)).name, record_id=record.pk, user_id=user.pk, at=at)
        for record, user, at in wanted
        if user.is_active and at >= earliest
    ]
    Reminder.rows.bulk_create(new)
    for minute in sorted({_next_minute(one.at) for one in new}):
        order(minute)


def forget(kind: str, model: type[models.Model], record_ids: Iterable[int]) -> None:
    """Cancel the reminders of a kind about these records."""
    Reminder.rows.about(kind, guarded(model).name, record_ids).delete()


@transaction.atomic
def reminders_hand_over(user: Any, to: Any) -> None:
    """What one user was to be reminded of, another is reminded of from now on."""
    known = Reminder.rows.filter(user=to.pk, record_id=models.OuterRef("record_id"), kind=models.OuterRef("kind"))
    both = known.filter(resource=models.OuterRef("resource"))
    Reminder.rows.filter(models.Exists(both), user=user.pk).delete()
    Reminder.rows.filter(user=user.pk).update(user=to.pk)


def order(at: datetime) -> Job:
    """Have what is due at `at` sent in that minute: one job for all that the company has due then.

    The job is held for this transaction before its state is believed: a worker that wants to begin waits for our
    commit and then sees our reminder. One that has begun may not see it, so the next minute is taken.
    """
    minute = _next_minute(max(at, timezone.now() - MINUTE))
    while True:
        job = enqueue(SEND, by=None, at=minute, key=minute.isoformat())
        # Nobody begins or ends it until this transaction does.
        if held_value(job, "state") == Job.State.WAITING:
            return job
        minute += MINUTE


def _next_minute(moment: datetime) -> datetime:
    whole = moment.replace(second=0, microsecond=0)
    return whole if whole == moment else whole + MINUTE
