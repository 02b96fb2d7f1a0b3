"""Sending what is due: all of one company's minute in one transaction, with the end of the job."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.jobs.kinds import job
from core.jobs.models import Job
from core.jobs.run import Run
from core.live.services import Note, notify_each
from core.reminders.kinds import texts_of
from core.reminders.models import Reminder
from core.reminders.services import SEND

KEPT = timedelta(days=1)
FORGOTTEN_AT_ONCE = 500


@job(SEND, label=_("Reminders"), retries=10, timeout=300)
def send(run: Run) -> dict[str, Any]:
    """Tell every user what is due, and take it off the list: both are kept, or neither is."""
    due = list(Reminder.rows.due(timezone.now()).select_related("user"))
    notes = []
    for kind, group in groupby(sorted(due, key=lambda one: (one.kind, one.pk)), key=lambda one: one.kind):
        reminders = [one for one in group if one.user.is_active]
        texts = texts_of(kind, reminders)
        notes += [
            Note(one.user, kind, text.title, text.body, text.url, text.params)
            for one in reminders
            if (text := texts.get(one.pk)) is not None
        ]
    notify_each(notes)
    Reminder.rows.filter(pk__in=[one.pk for one in due]).delete()
    _forget_sent()
    return {"sent": len(notes)}


def _forget_sent() -> None:
    """A job a minute is kept for a day, for whoever looks for one; its key is not wanted again."""
    old = Job.rows.filter(kind=SEND, state=Job.State.DONE, finished_at__lt=timezone.now() - KEPT).order_by("pk")
    Job.rows.filter(pk__in=list(old.values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE])).delete()
