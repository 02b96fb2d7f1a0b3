"""跟进记录: each contact with a customer, and the plan for the next one."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.records.base import Record
from core.records.searching import GramsField
from crm.contacts.models import Contact
from crm.customers.models import Customer


class FollowUp(Record):
    """What was said or done, when, with whom; and what is planned next, with a reminder."""

    class Kind(models.TextChoices):
        PHONE = "phone", _("Phone call")
        VISIT = "visit", _("Visit")
        WECHAT = "wechat", _("WeChat message")
        EMAIL = "email", _("E-mail sent")
        NOTE = "note", _("Note")

    class Plan(models.TextChoices):
        NONE = "none", _("Nothing planned")
        OPEN = "open", _("Plan open")
        DONE = "done", _("Plan done")

    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="follow_ups", verbose_name=_("Customer"), db_index=False
    )
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("Contact person")
    )
    kind = models.CharField(_("Kind of follow-up"), max_length=8, choices=Kind, default=Kind.PHONE)
    content = models.TextField(_("Content"), max_length=5000)
    happened_at = models.DateTimeField(_("Followed up at"), default=timezone.now)
    next_at = models.DateTimeField(_("Next contact time"), null=True, blank=True)
    next_plan = models.CharField(_("Next plan"), max_length=200, blank=True)
    plan = models.CharField(_("State of the plan"), max_length=4, choices=Plan, default=Plan.NONE, editable=False)
    content_grams = GramsField(("content",), pinyin=False)

    class Meta(Record.Meta):
        abstract = False
        indexes: ClassVar = [
            models.Index(fields=["customer", "-happened_at", "-id"], name="follow_up_of_customer"),
            models.Index(fields=["-happened_at", "-id"], name="follow_up_time", condition=Q(deleted_at__isnull=True)),
            models.Index(fields=["owner", "next_at"], name="follow_up_plan", condition=Q(plan="open")),
            GinIndex(fields=["content_grams"], name="follow_up_search"),
        ]
        verbose_name = _("Follow-up")
        verbose_name_plural = _("Follow-ups")

    def __str__(self) -> str:
        return " ".join(self.content.split())[:60]

    def clean(self) -> None:
        """A plan has a time; the contact is one of the customer's."""
        if self.next_plan and not self.next_at:
            raise ValidationError({"next_at": ValidationError(_("When is this planned?"), code="required")})
        contact, customer = self.contact, self.customer_id
        if contact is not None and contact.customer_id != customer:
            message = _("This contact belongs to another customer.")
            raise ValidationError({"contact": ValidationError(message, code="stranger")})

    def has_open_plan(self) -> bool:
        """Whether something is planned that was not marked as done."""
        return self.plan == self.Plan.OPEN


class Comment(models.Model):
    """What a superior or colleague says to a follow-up."""

    follow_up = models.ForeignKey(FollowUp, models.CASCADE, related_name="comments", db_index=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    text = models.CharField(_("Comment"), max_length=1000)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["follow_up", "id"], name="comment_of_follow_up")]
        ordering: ClassVar = ["id"]
        verbose_name = _("Comment")
        verbose_name_plural = _("Comments")

    def __str__(self) -> str:
        return self.text
