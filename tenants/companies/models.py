"""The few public tables: who the companies are, how they are reached, what they may use, where their tables stand."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.db.roles import CompanyRights
from core.db.router import PUBLIC
from tenants.companies.info import CompanyInfo, LicenceInfo, LicenceState


class Template(models.Model):
    """The script that makes a company's schema, as one release of the code has it."""

    version = models.CharField(max_length=64, primary_key=True)  # hash of the release's migrations
    script = models.TextField()
    fingerprint = models.CharField(max_length=64)  # hash of the schema that the script makes
    applied = models.JSONField(default=list)  # the migrations it contains, as "app.name"
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = f"{PUBLIC}companies_template"

    def __str__(self) -> str:
        return self.version


class Schema(models.Model):
    """A schema with the tables of one company: ready in the pool, or claimed.

    `public` itself has a row, so that one runner brings all of them to the version of the code.
    """

    name = models.CharField(max_length=63, primary_key=True)
    version = models.CharField(max_length=64)
    applied = models.JSONField(default=list)
    claimed_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(default=timezone.now)
    migrated_at = models.DateTimeField(default=timezone.now)
    failure = models.TextField(blank=True)  # why the last migration of it failed; empty when it did not

    class Meta:
        db_table = f"{PUBLIC}companies_schema"
        indexes: ClassVar = [
            models.Index(fields=["version"], condition=Q(claimed_at=None), name="companies_schema_ready")
        ]

    def __str__(self) -> str:
        return self.name


class CompanyQuerySet(models.QuerySet["Company"]):
    """Reads of the companies."""

    def customers(self) -> Self:
        """All companies but the operators' own, with licence and domains."""
        return self.filter(is_operators=False).select_related("licence").prefetch_related("domains")


class Company(models.Model):
    """A tenant. Its schema and UUID never change, whatever it is called and reached by."""

    company_rights = CompanyRights("SELECT", column="id")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("Company name"), max_length=100)
    schema = models.OneToOneField(Schema, models.PROTECT, related_name="company", editable=False)
    is_operators = models.BooleanField(_("Operators' company"), default=False, editable=False)
    is_canary = models.BooleanField(_("Migrated first"), default=False)
    created_at = models.DateTimeField(_("Created at"), default=timezone.now, editable=False)
    deleted_at = models.DateTimeField(_("Deleted at"), null=True, blank=True, editable=False)

    objects: ClassVar[models.Manager[Any]] = CompanyQuerySet.as_manager()

    class Meta:
        db_table = f"{PUBLIC}companies_company"
        verbose_name = _("Company")
        verbose_name_plural = _("Companies")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["is_operators"], condition=Q(is_operators=True), name="companies_one_of_operators"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def info(self) -> CompanyInfo:
        """The company as the rest of the code knows it: a value that may be kept and handed to any thread."""
        domains = sorted(self.domains.all(), key=lambda domain: (not domain.is_primary, domain.pk))
        return CompanyInfo(
            id=self.pk,
            uuid=self.uuid,
            name=self.name,
            schema_name=self.schema_id,
            is_operators=self.is_operators,
            hosts=tuple(domain.host for domain in domains),
            deleted_at=self.deleted_at,
            licence=self.licence.info,
        )


class Domain(models.Model):
    """A name under which a company is reached: a label below the platform's host, or a host of the company's own."""

    company_rights = CompanyRights("SELECT")

    company = models.ForeignKey(Company, models.CASCADE, related_name="domains")
    name = models.CharField(
        _("Domain"), max_length=253, unique=True
    )  # without a dot: a subdomain of the platform's host
    is_primary = models.BooleanField(_("Primary"), default=True)

    class Meta:
        db_table = f"{PUBLIC}companies_domain"
        verbose_name = _("Domain")
        verbose_name_plural = _("Domains")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company"], condition=Q(is_primary=True), name="companies_one_primary_domain"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def host(self) -> str:
        """The host that a browser asks for, without a port."""
        return self.name if "." in self.name else f"{self.name}.{settings.HOST}"


class Licence(models.Model):
    """What a company may use. Written by operators and by billing, read by everybody."""

    company_rights = CompanyRights("SELECT")

    company = models.OneToOneField(Company, models.CASCADE, primary_key=True, related_name="licence")
    plan = models.CharField(_("Plan"), max_length=40)
    seats = models.PositiveIntegerField(_("Licensed users"))
    state = models.CharField(_("State"), max_length=10, choices=LicenceState.choices, default=LicenceState.TRIAL)
    # What a suspension interrupts and a resumption gives back; empty while the licence is not suspended.
    state_before = models.CharField(
        _("State before"), max_length=10, choices=LicenceState.choices, blank=True, default="", db_default=""
    )
    valid_until = models.DateField(_("Valid until"), null=True, blank=True)  # the last good day; none: without end
    api_granted = models.BooleanField(_("API permission"), default=False)

    class Meta:
        db_table = f"{PUBLIC}companies_licence"
        verbose_name = _("Licence")
        verbose_name_plural = _("Licences")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=LicenceState.values), name="companies_licence_state"),
        ]

    def __str__(self) -> str:
        return f"{self.plan} × {self.seats}"

    @property
    def info(self) -> LicenceInfo:
        """The licence as a value."""
        return LicenceInfo(
            plan=self.plan,
            seats=self.seats,
            state=LicenceState(self.state),
            valid_until=self.valid_until,
            api_granted=self.api_granted,
        )
