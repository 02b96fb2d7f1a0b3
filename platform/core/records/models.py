"""Tables that serve every record: the log, attachments, option lists."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.access import CompanyWide, Rule
from core.db import current_company
from core.records import verbs
from core.records.base import Stored, StoredQuerySet
from core.records.constraints import Unique


class LogQuerySet(StoredQuerySet[Any]):
    """Reads of the log. Who may see a record may see what happened to it."""

    def of(self, resource: str, record_id: int | None = None) -> Self:
        """The lines about one record, or about all records of a module; the newest first."""
        lines = self.filter(resource=resource).order_by("-pk")
        return lines if record_id is None else lines.filter(record_id=record_id)

    def newest(self) -> Self:
        """All lines, the newest first."""
        return self.order_by("-pk")


class OptionQuerySet(StoredQuerySet["Option"]):
    """Reads of the option lists, which everybody in the company knows."""

    def of_list(self, kind: str) -> Self:
        """The options of one list, those out of use as well."""
        return self.filter(kind=kind)

    def of_lists(self, kinds: Iterable[str]) -> Self:
        """The options of several lists, each in its order; those out of use as well. No query for no list."""
        wanted = list(kinds)
        return self.filter(kind__in=wanted).order_by("kind", "order", "pk") if wanted else self.none()


class LogEntry(models.Model):
    """One line of the log (操作日志): who did what to which record, from what to what. Written once, never changed.

    Users are kept by id and name, not by reference: the log outlives them. `changes` maps a field's name to
    [before, after], both as text or JSON scalars.
    """

    access_rule: ClassVar[Rule] = CompanyWide()

    at = models.DateTimeField(_("Time"), default=timezone.now, editable=False)
    actor_id = models.BigIntegerField(_("User id"), null=True, editable=False)
    actor_name = models.CharField(_("User"), max_length=60, blank=True, editable=False)
    impersonator_id = models.BigIntegerField(_("Acted for by"), null=True, editable=False)
    verb = models.CharField(_("Action"), max_length=40, editable=False)
    resource = models.CharField(_("Module"), max_length=40, blank=True, editable=False)
    record_id = models.BigIntegerField(_("Record id"), null=True, editable=False)
    record_text = models.CharField(_("Record"), max_length=200, blank=True, editable=False)
    changes = models.JSONField(_("Changes"), default=dict, editable=False)
    address = models.GenericIPAddressField(_("Address"), null=True, editable=False)

    objects: ClassVar[Any] = LogQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["resource", "record_id", "-id"], name="log_of_record"),
            models.Index(fields=["-at"], name="log_by_time"),
        ]
        verbose_name = _("Log entry")
        verbose_name_plural = _("Operation log")

    def __str__(self) -> str:
        return f"{self.actor_name} {verbs.labels.get(self.verb, self.verb)} {self.record_text}".strip()

    @classmethod
    def has_trash(cls) -> bool:
        """The log has no trash: nothing is deleted from it."""
        return False


def attachment_path(attachment: Attachment, filename: str) -> str:
    """Where the file lies in the storage: below the company's UUID, under a name nobody can guess."""
    return f"{current_company().uuid}/attachments/{uuid.uuid4().hex}{PurePosixPath(filename).suffix.lower()[:12]}"


class Attachment(models.Model):
    """A file on a record (附件). Whoever may see the record may see its files.

    One that a custom field holds (`field`) is no attachment for everybody: it is read with the rights on the field.
    """

    resource = models.CharField(_("Module"), max_length=40)
    record_id = models.BigIntegerField(_("Record"))
    file = models.FileField(_("File"), upload_to=attachment_path, max_length=200)
    name = models.CharField(_("File name"), max_length=200)
    content_type = models.CharField(_("Type"), max_length=100)
    size = models.PositiveBigIntegerField(_("Size"), help_text=_("in bytes"))
    field = models.CharField(_("Held by the field"), max_length=40, blank=True, default="", db_default="")
    uploaded_at = models.DateTimeField(_("Uploaded at"), default=timezone.now)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("Uploaded by"),
        db_index=False,
    )

    class Meta:
        indexes = [models.Index(fields=["resource", "record_id"], name="attachment_of_record")]
        verbose_name = _("Attachment")
        verbose_name_plural = _("Attachments")

    def __str__(self) -> str:
        return self.name


class Option(Stored):
    """One entry of an option list of the data dictionary (数据字典), e.g. a position or a customer source."""

    named_by = ("name",)

    kind = models.CharField(_("Option list"), max_length=40)
    name = models.CharField(_("Name"), max_length=60)
    order = models.PositiveIntegerField(_("Order"), default=0)
    active = models.BooleanField(_("In use"), default=True)

    objects: ClassVar[Any] = OptionQuerySet.as_manager()

    class Meta(Stored.Meta):
        abstract = False
        ordering = ["kind", "order", "pk"]
        constraints = [
            Unique(
                "kind",
                Lower("name"),
                name="option_once",
                at="name",
                violation_error_message=_("This option exists already."),
            )
        ]
        verbose_name = _("Option")
        verbose_name_plural = _("Data dictionary")

    def __str__(self) -> str:
        return self.name
