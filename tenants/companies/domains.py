"""Hosts of a company's own: what may be one."""

from __future__ import annotations

import ipaddress
import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_HOST = re.compile(r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])\Z")


class DomainInvalid(ValidationError):
    """Not a host, or one of the platform's."""


class DomainTaken(ValidationError):
    """Another company is reached there."""


def own_host(text: str) -> str:
    """The host as browsers ask for it: lower case, without a final dot, Chinese names in their ASCII form.

    Raises DomainInvalid, at the field `domain`, for what is no host, for an address, and for the platform's own names.
    """
    name = text.strip().lower().rstrip(".")
    try:
        name = name.encode("idna").decode()
    except UnicodeError as error:
        raise _invalid() from error
    if not _HOST.match(name) or _is_address(name):
        raise _invalid()
    if name == settings.HOST or name.endswith(f".{settings.HOST}"):
        raise DomainInvalid(
            {"domain": ValidationError(_("This address belongs to the platform itself."), code="reserved")}
        )
    return name


def taken() -> DomainTaken:
    """The error for a host that leads to a company already."""
    return DomainTaken({"domain": ValidationError(_("This domain is already in use."), code="taken")})


def _invalid() -> DomainInvalid:
    return DomainInvalid({"domain": ValidationError(_("Enter a domain such as crm.example.com."), code="invalid")})


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
