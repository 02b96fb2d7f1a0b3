"""Rows with every kind of field that a module may have."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.records.base import Record
from core.records.dictionary import OptionField, declare
from core.records.searching import GramsField

KINDS = declare("sample_kind", _("Kind of project"), "内部", "外部")


class Project(Record):
    """A project: owned, collaborative, with a trash."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        ACTIVE = "active", _("Running")
        DONE = "done", _("Finished")

    name = models.CharField(_("Project name"), max_length=60)
    state = models.CharField(_("State"), max_length=10, choices=State, default=State.PLANNED)
    kind = OptionField("sample_kind", null=True, blank=True, verbose_name=_("Kind of project"), db_index=False)
    budget = models.DecimalField(_("Budget"), max_digits=12, decimal_places=2, null=True, blank=True)
    due = models.DateField(_("Due on"), null=True, blank=True)
    starts_at = models.DateTimeField(_("Starts at"), null=True, blank=True)
    urgent = models.BooleanField(_("Urgent"), default=False)
    phone = models.CharField(_("Mobile phone"), max_length=30, blank=True)
    website = models.URLField(_("Website"), blank=True)
    note = models.TextField(_("Remarks"), blank=True)
    name_grams = GramsField(("name",))
    phone_grams = GramsField(("phone", "website"))  # of two fields, one of which a role may hide
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="+", verbose_name=_("Project members")
    )

    class Meta(Record.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                "name",
                condition=Q(deleted_at__isnull=True),
                name="sample_project_name",
                violation_error_message=_("There is a project of this name already."),
            )
        ]
        indexes = [GinIndex(fields=["name_grams", "phone_grams"], name="sample_project_search")]
        verbose_name = _("Project")
        verbose_name_plural = _("Projects")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """A finished project has no more budget than none: refuse a negative one at its field."""
        if self.budget is not None and self.budget < 0:
            raise ValidationError({"budget": ValidationError(_("A budget is not negative."), code="negative")})

    def is_running(self) -> bool:
        """Whether it can be finished."""
        return self.state == self.State.ACTIVE

    def is_finished(self) -> bool:
        """Whether it can be reopened."""
        return self.state == self.State.DONE


class Milestone(Record):
    """A step of a project: who sees the project sees it, if the role has the permission."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="milestones", verbose_name=_("Project"))
    title = models.CharField(_("Title"), max_length=60)
    reached = models.BooleanField(_("Reached"), default=False)

    class Meta(Record.Meta):
        abstract = False
        verbose_name = _("Milestone")
        verbose_name_plural = _("Milestones")

    def __str__(self) -> str:
        return self.title
