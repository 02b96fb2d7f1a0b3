"""An import and its rows, kept for a month: what was in the file, what came of it, what it takes to undo it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.access import Actor
from core.jobs.models import Job

KEPT = timedelta(days=30)


class Policy(models.TextChoices):
    """What is done with a row that is there already."""

    SKIP = "skip", _("Leave out the row")
    UPDATE = "update", _("Update the record that is there")
    CREATE = "create", _("Create it all the same")
    ASK = "ask", _("Let me decide on each")


class ImportQuerySet(models.QuerySet["Import"]):
    """Reads of the imports: everybody has their own alone."""

    def of(self, user: Actor, resource: str) -> Self:
        """The user's imports into a resource, newest first."""
        return self.filter(owner_id=user.pk, resource=resource).order_by("-pk")

    def numbered(self, pk: int) -> Import:
        """The import of this key."""
        return self.get(pk=pk)

    def held(self, pk: int) -> Import:
        """The import, locked until the end of the transaction."""
        return self.select_for_update().get(pk=pk)

    def outdated(self) -> Self:
        """Imports whose time is over."""
        return self.filter(created_at__lt=timezone.now() - KEPT)


class Import(models.Model):
    """One file of rows on its way into a resource. Nobody but its owner sees it.

    `mapping` is {column of the file, from 0: name of a field}; `decisions` {number of a row: what to do with it}.
    `counts` grows while it runs, by what came of the rows: created, updated, skipped, failed; for undoing: removed,
    reverted, kept. `versions` are those at which undoing left records that it gave their values back: a row above may
    have created them, or changed them before.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Columns to be matched")
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Ready to begin")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("Owner"), db_index=False
    )
    resource = models.CharField(_("Module"), max_length=40)
    state = models.CharField(_("Status"), max_length=9, choices=State, default=State.UPLOADED)
    name = models.CharField(_("File name"), max_length=200)
    headings: Any = models.JSONField(_("Headings"), default=list)
    mapping: Any = models.JSONField(_("Columns"), default=dict)
    policy = models.CharField(_("Rows that are there already"), max_length=6, choices=Policy, default=Policy.SKIP)
    decisions: Any = models.JSONField(_("Decisions"), default=dict)
    rows_total = models.PositiveIntegerField(_("Rows"), default=0)
    counts: Any = models.JSONField(_("Counts"), default=dict)
    versions: Any = models.JSONField(_("Versions"), default=dict)
    job_id = models.BigIntegerField(_("Job"), null=True)
    created_at = models.DateTimeField(_("Created at"), default=timezone.now)
    finished_at = models.DateTimeField(_("Finished at"), null=True)

    objects: ClassVar[Any] = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("Import")
        verbose_name_plural = _("Imports")

    def __str__(self) -> str:
        return self.name

    @property
    def url(self) -> str:
        """The address of the step at which it stands."""
        return reverse(f"{self.resource}-import-step", args=[self.pk])

    @property
    def job(self) -> Job | None:
        """The job at work on it, or the last one that was."""
        return Job.rows.of(self.owner_id).filter(pk=self.job_id or 0).first()

    @property
    def columns(self) -> dict[int, str]:
        """The fields by the columns of the file that hold them."""
        return {int(column): name for column, name in self.mapping.items()}

    def count(self, name: str, more: int = 1) -> None:
        """Add to one of the counts."""
        if more:
            self.counts = {**self.counts, name: self.counts.get(name, 0) + more}

    def chunks(self) -> models.QuerySet[ImportChunk]:
        """Its rows in chunks, in order."""
        found: models.QuerySet[ImportChunk] = ImportChunk.objects.filter(batch=self).order_by("number")
        return found


class ImportChunk(models.Model):
    """Some hundred rows of an import. What came of them is written in the transaction that stores the records.

    rows      [[number of the row in the file, [text of each cell]]]
    findings  of the check: {place in the chunk: {"errors": {field: [messages]}, "same": [keys], "row": number}}
    outcome   of the run, a list for each row: [what, key of the record, its version, values before] or
              ["failed", {field: [messages]}]
    undo      of undoing: {place in the chunk: why it was kept}
    """

    class State(models.IntegerChoices):
        WAITING = 0
        DONE = 1
        UNDONE = 2

    batch = models.ForeignKey(Import, models.CASCADE, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    rows: Any = models.JSONField(default=list)
    findings: Any = models.JSONField(default=dict)
    outcome: Any = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    undo: Any = models.JSONField(default=dict)
    state = models.PositiveSmallIntegerField(choices=State, default=State.WAITING)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["batch", "number"], name="import_chunk_once")]
        verbose_name = _("Rows of an import")
        verbose_name_plural = _("Rows of imports")

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.number}"
