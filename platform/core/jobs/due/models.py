"""The table of what is due. It holds ids and times; everything else stands in the company's own schema."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.db.roles import CompanyRights
from core.db.router import PUBLIC


class DueJob(models.Model):
    """One job of one company that somebody must look at when its time comes.

    `due_at` is the next such moment in every state: the time asked for while WAITING, the end of the lease once SENT or
    RUNNING. A job whose worker died is therefore found by the same index as one whose time has come.
    """

    company_rights = CompanyRights("SELECT, INSERT, UPDATE")

    class State(models.IntegerChoices):
        WAITING = 0, _("Waiting for its time")
        READY = 1, _("Waiting for its turn")
        SENT = 2, _("Handed to the workers")
        RUNNING = 3, _("Running")

    pk = models.CompositePrimaryKey("company_id", "job_id")
    company_id = models.BigIntegerField(_("Company"))
    job_id = models.BigIntegerField(_("Job"))
    kind = models.CharField(_("Kind"), max_length=60)
    state = models.SmallIntegerField(_("State"), choices=State)
    due_at = models.DateTimeField(_("Due at"))
    claim = models.BigIntegerField(_("Claims so far"), default=0)

    class Meta:
        db_table = f"{PUBLIC}due_job"
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=~Q(state=1), name="due_job_when"),
            models.Index(fields=["company_id", "due_at", "job_id"], condition=Q(state=1), name="due_job_turn"),
            models.Index(fields=["company_id"], condition=Q(state__gte=2), name="due_job_in_flight"),
        ]
        verbose_name = _("Due job")
        verbose_name_plural = _("Due jobs")

    def __str__(self) -> str:
        return f"{self.kind} {self.job_id} of company {self.company_id}"
