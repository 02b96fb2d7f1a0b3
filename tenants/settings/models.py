"""What a company says of itself (基本设置), and how each of its users arranged the menu."""

from __future__ import annotations

import uuid
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.db import current_company
from core.db.prepared import Given, Prepared
from core.records.base import Stored


def logo_path(company_settings: CompanySettings, filename: str) -> str:
    """Where a logo lies in the storage: a new name each time, so that no cache shows the former one."""
    return f"{current_company().uuid}/logo/{uuid.uuid4().hex}.png"


def known_time_zone(name: str) -> None:
    """Refuse a time zone that is none of the tz database."""
    if name not in available_timezones():
        raise ValidationError(_("There is no time zone “%(name)s”."), params={"name": name}, code="time_zone")


CURRENCIES = [
    ("CNY", _("Chinese yuan (CNY)")),
    ("HKD", _("Hong Kong dollar (HKD)")),
    ("TWD", _("New Taiwan dollar (TWD)")),
    ("USD", _("US dollar (USD)")),
    ("EUR", _("Euro (EUR)")),
    ("GBP", _("Pound sterling (GBP)")),
    ("JPY", _("Japanese yen (JPY)")),
    ("SGD", _("Singapore dollar (SGD)")),
]


class CompanySettings(Stored):
    """The one row of basic settings a company has. `fields_stamp` changes with each change of its custom fields."""

    system_name = models.CharField(_("System name"), max_length=40)
    company_name = models.CharField(_("Company name"), max_length=100)
    company_name_en = models.CharField(_("Company name in English"), max_length=120, blank=True)
    phone = models.CharField(_("Mobile phone"), max_length=30, blank=True)
    telephone = models.CharField(_("Telephone"), max_length=30, blank=True)
    fax = models.CharField(_("Fax"), max_length=30, blank=True)
    email = models.EmailField(_("E-mail"), blank=True)
    address = models.CharField(_("Address"), max_length=200, blank=True)
    website = models.URLField(_("Website"), blank=True)
    bank = models.CharField(_("Bank"), max_length=80, blank=True)
    bank_account = models.CharField(_("Bank account"), max_length=40, blank=True)
    logo = models.FileField(_("Company logo"), upload_to=logo_path, max_length=200, blank=True)
    colour = models.CharField(
        _("Colour"),
        max_length=7,
        blank=True,
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", _("A colour such as #2b5fe3."))],
    )
    language = models.CharField(
        _("Language"), max_length=10, choices=[("zh-hans", "简体中文"), ("en", "English")], default="zh-hans"
    )
    time_zone = models.CharField(_("Time zone"), max_length=40, default="Asia/Shanghai", validators=[known_time_zone])
    currency = models.CharField(_("Currency"), max_length=3, choices=CURRENCIES, default="CNY")
    fields_stamp = models.CharField(max_length=32, default="", db_default="", editable=False)
    checklist_away = models.BooleanField(default=False, editable=False)

    class Meta(Stored.Meta):
        abstract = False
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="settings_once")]
        verbose_name = _("Basic settings")
        verbose_name_plural = _("Basic settings")

    def __str__(self) -> str:
        return self.system_name

    @property
    def logo_name(self) -> str:
        """The name of the logo's file, which is another one for each logo; empty without a logo."""
        return (self.logo.name or "").rpartition("/")[2]


class MenuChoice(models.Model):
    """How a user arranged the menu (菜单管理): names of entries in the user's order, and those taken out of it.

    An entry that is in neither list, such as one of a module added later, stands where it stands for everybody.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", primary_key=True)
    order: Any = models.JSONField(_("Order"), default=list)
    hidden: Any = models.JSONField(_("Left out"), default=list)

    class Meta:
        verbose_name = _("Menu")

    def __str__(self) -> str:
        return f"menu of {self.user_id}"

    @classmethod
    def of(cls, user: Any) -> MenuChoice | None:
        """What the user has arranged; None while that is nothing."""
        return _menu_of.first(user=user.pk)


_menu_of = Prepared(lambda: MenuChoice.objects.filter(user=Given("user")))
