"""The jobs of one company: what was asked for, by whom, how far it is, what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.jobs.kinds import UnknownKind, kind_named

PAGE = "/jobs/"
"""Where users see the work that goes on for them."""


class JobQuerySet(models.QuerySet["Job"]):
    """Jobs, newest first."""

    def of(self, user_id: int) -> Self:
        """The jobs this user asked for: nobody else sees them."""
        return self.filter(requested_by=user_id).order_by("-pk")

    def keyed(self, kind: str, keys: Iterable[str]) -> models.QuerySet[Job, str | None]:
        """Which of the keys jobs of this kind were ordered with."""
        return self.filter(kind=kind, key__in=list(keys)).values_list("key", flat=True)

    def running(self, pk: int, attempt: int) -> Self:
        """The job while this attempt at it is the current one: an attempt that was given up finds nothing."""
        return self.filter(pk=pk, attempts=attempt, state=Job.State.RUNNING)


class Job(models.Model):
    """One piece of work. It is written in the transaction of the change that asks for it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    kind = models.CharField(_("Kind"), max_length=60)
    payload = models.JSONField(_("Payload"), default=dict)
    key = models.CharField(_("Key"), max_length=120, null=True, blank=True)  # noqa: DJ001  none is not one key
    state = models.CharField(_("Status"), max_length=9, choices=State, default=State.WAITING)
    # A bare id and no foreign key: the job outlives its owner, fails, and shows whose it was.
    requested_by = models.BigIntegerField(_("Requested by"), null=True, blank=True)
    run_at = models.DateTimeField(_("Due at"))
    attempts = models.PositiveIntegerField(_("Attempts"), default=0)
    tries_left = models.PositiveSmallIntegerField(_("Tries left"))
    cancel_requested = models.BooleanField(_("Cancel requested"), default=False)
    done = models.BigIntegerField(_("Steps done"), default=0)
    total = models.BigIntegerField(_("Steps in all"), null=True, blank=True)
    note = models.CharField(_("Progress"), max_length=200, blank=True)
    result = models.JSONField(_("Result"), null=True, blank=True)
    error = models.TextField(_("Error"), blank=True)
    created_at = models.DateTimeField(_("Created at"), auto_now_add=True)
    started_at = models.DateTimeField(_("Started at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("Finished at"), null=True, blank=True)

    rows = JobQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "key"], condition=Q(key__isnull=False), name="job_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["requested_by", "id"], name="job_owner")]
        verbose_name = _("Job")
        verbose_name_plural = _("Jobs")

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """What the work is called, in the current language."""
        try:
            return str(kind_named(self.kind).label)
        except UnknownKind:
            return self.kind

    @property
    def is_finished(self) -> bool:
        """Whether nothing more happens to it by itself."""
        return self.state in {self.State.DONE, self.State.FAILED, self.State.CANCELLED}

    @property
    def is_retryable(self) -> bool:
        """Whether its owner may have it tried again."""
        return self.state in {self.State.FAILED, self.State.CANCELLED}

    @property
    def percent(self) -> int | None:
        """Progress from 0 to 100; None while the total is not known."""
        if self.state == self.State.DONE:
            return 100
        return min(100, self.done * 100 // self.total) if self.total else None

    def as_message(self) -> dict[str, Any]:
        """The job as its owner's open pages are told of it."""
        return {
            "type": "job",
            "id": self.pk,
            "kind": self.kind,
            "label": self.label,
            "state": self.state,
            "percent": self.percent,
            "done": self.done,
            "total": self.total,
            "note": self.note,
            "error": self.error,
            "url": PAGE,
        }
