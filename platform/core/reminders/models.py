"""What users are still to be reminded of; a row goes when its notification comes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ReminderQuerySet(models.QuerySet["Reminder"]):
    """Reads of the reminders."""

    def about(self, kind: str, resource: str, record_ids: Iterable[int]) -> Self:
        """Those of one kind about these records."""
        return self.filter(kind=kind, resource=resource, record_id__in=list(record_ids))

    def due(self, now: datetime) -> Self:
        """Those whose time has come, held still for this transaction; one being moved is waited for."""
        return self.filter(at__lte=now).order_by("pk").select_for_update(of=("self",))


class Reminder(models.Model):
    """One user is to be told at `at` of something about a record; what is said is worked out then."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("User"), db_index=False
    )
    kind = models.CharField(_("Kind"), max_length=40)
    resource = models.CharField(_("Module"), max_length=40)
    record_id = models.BigIntegerField(_("Record"))
    at = models.DateTimeField(_("Time"))

    rows = ReminderQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["resource", "record_id", "kind", "user"], name="reminder_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["at"], name="reminder_due"),
            models.Index(fields=["user"], name="reminder_of_user"),
        ]
        verbose_name = _("Reminder")
        verbose_name_plural = _("Reminders")

    def __str__(self) -> str:
        return f"{self.kind} {self.resource} {self.record_id} for {self.user_id}"
