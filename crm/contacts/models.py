"""联系人: several for each customer, one of them the primary one."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.records.base import Record
from core.records.searching import GramsField, PinyinField
from crm.customers.models import Customer
from tenants.people.phones import PhoneField


class Contact(Record):
    """A person at a customer. Which one is the primary contact stands on the customer, so there is never a second."""

    named_by = ("name", "customer", "deleted_at")  # whose page names it knows with these that it can be seen

    class Role(models.TextChoices):
        DECIDES = "decides", _("Decision maker")
        INFLUENCES = "influences", _("Influencer")
        USES = "uses", _("User of the product")
        BUYS = "buys", _("Purchaser")
        OTHER = "other", _("Other role")

    class Gender(models.TextChoices):
        MALE = "male", _("Male")
        FEMALE = "female", _("Female")

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="contacts", verbose_name=_("Customer"))
    name = models.CharField(_("Contact name"), max_length=40)
    gender = models.CharField(_("Gender"), max_length=6, choices=Gender, blank=True)
    title = models.CharField(_("Job title"), max_length=40, blank=True)
    role = models.CharField(_("Role in decisions"), max_length=10, choices=Role, blank=True)
    phone = PhoneField(_("Mobile phone"), blank=True)
    telephone = models.CharField(_("Telephone"), max_length=30, blank=True)
    email = models.EmailField(_("E-mail"), blank=True)
    wechat = models.CharField(_("WeChat"), max_length=40, blank=True)
    birthday = models.DateField(_("Birthday"), null=True, blank=True)
    note = models.TextField(_("Remarks"), blank=True)
    name_pinyin = PinyinField("name")
    name_grams = GramsField(("name",))
    number_grams = GramsField(("phone", "telephone"))

    class Meta(Record.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["name_pinyin", "id"], name="contact_name", condition=Q(deleted_at__isnull=True)),
            models.Index(fields=["phone"], name="contact_phone", condition=~Q(phone="")),
            GinIndex(fields=["name_grams", "number_grams"], name="contact_search"),
        ]
        verbose_name = _("Contact person")
        verbose_name_plural = _("Contacts")

    def __str__(self) -> str:
        return self.name

    @property
    def is_primary(self) -> bool:
        """Whether this is the customer's primary contact."""
        primary: Any = self.customer.primary_contact_id
        return bool(primary == self.pk)

    def may_become_primary(self) -> bool:
        """Whether there is anything to do to make it the primary one."""
        return not self.is_primary
