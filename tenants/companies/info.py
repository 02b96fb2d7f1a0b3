"""A company and its licence as values: safe to keep, to share between threads and to compare."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

GRACE_DAYS = 7  # after the last good day everything still works, under a banner
KEPT = timedelta(days=30)  # after a company was deleted it can still be restored

DELETED = "deleted"

Access = Literal["full", "read_only", "closed"]


class LicenceState(models.TextChoices):
    """Where a licence stands in its life."""

    TRIAL = "trial", _("Trial")
    ACTIVE = "active", _("Active")
    EXPIRED = "expired", _("Expired")
    SUSPENDED = "suspended", _("Suspended")


def is_platform_host(host: str) -> bool:
    """Whether the host is the platform's own or below it."""
    return host == settings.HOST or host.endswith(f".{settings.HOST}")


@dataclass(frozen=True, slots=True)
class LicenceInfo:
    """What a company may use."""

    plan: str
    seats: int
    state: LicenceState
    valid_until: date | None
    api_granted: bool

    @property
    def read_only_from(self) -> date | None:
        """The first day on which nothing may be changed any more; None: no such day is known."""
        grace = timedelta(days=getattr(settings, "LICENCE_GRACE_DAYS", GRACE_DAYS) + 1)
        return self.valid_until + grace if self.valid_until else None

    @property
    def has_run_out(self) -> bool:
        """Whether the last good day is over, or somebody said so."""
        return self.state == LicenceState.EXPIRED or (
            self.valid_until is not None and timezone.localdate() > self.valid_until
        )

    @property
    def access(self) -> Access:
        """`full`; `read_only` when the days of grace are over; `closed` when suspended.

        A licence that was set to expired without a last good day in the past has no days of grace.
        """
        if self.state == LicenceState.SUSPENDED:
            return "closed"
        if not self.has_run_out:
            return "full"
        today, last_day = timezone.localdate(), self.read_only_from
        in_grace = (
            self.valid_until is not None and self.valid_until < today and last_day is not None and today < last_day
        )
        return "full" if in_grace else "read_only"


@dataclass(frozen=True, slots=True)
class CompanyInfo:
    """A company as the code passes it around. `hosts` are all its addresses, without a port, the primary one first."""

    id: int
    uuid: UUID
    name: str
    schema_name: str
    is_operators: bool
    hosts: tuple[str, ...]
    deleted_at: datetime | None
    licence: LicenceInfo

    @property
    def host(self) -> str:
        """The primary host: where links and mails lead."""
        return self.hosts[0] if self.hosts else ""

    @property
    def platform_host(self) -> str:
        """Its name below the platform's host, which never changes."""
        return next((host for host in self.hosts if is_platform_host(host)), "")

    @property
    def custom_hosts(self) -> tuple[str, ...]:
        """Hosts of its own."""
        return tuple(host for host in self.hosts if not is_platform_host(host))

    @property
    def is_deleted(self) -> bool:
        """Whether it is marked for removal; nothing of it is lost yet."""
        return self.deleted_at is not None

    @property
    def kept_until(self) -> datetime | None:
        """Until when a deleted company can be restored for certain."""
        return self.deleted_at + KEPT if self.deleted_at else None

    @property
    def standing(self) -> str:
        """`deleted`, or the state of the licence: what decides what can be done to it."""
        return DELETED if self.is_deleted else self.licence.state.value

    @property
    def db_role(self) -> str:
        """The PostgreSQL role of the company bears the name of its schema."""
        return self.schema_name

    @property
    def access(self) -> Access:
        """What may be done in it today; a deleted company is closed while it can still be restored."""
        return "closed" if self.is_deleted else self.licence.access

    @property
    def url(self) -> str:
        """Address of its front page, with the port where that is not the usual one."""
        port = "" if {"http": 80, "https": 443}[settings.SCHEME] == settings.PORT else f":{settings.PORT}"
        return f"{settings.SCHEME}://{self.host}{'' if settings.PRODUCTION else port}/"
