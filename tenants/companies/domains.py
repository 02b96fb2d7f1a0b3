"""Hosts of a company's own: what may be one, and how it is written."""

from __future__ import annotations

import re

import idna
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tenants.companies.info import is_platform_host

_HOST = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])")
# Names that never lead anywhere in the DNS, or never to a host of a company (RFC 6761 and 7686).
_NO_PLACE = frozenset({"arpa", "invalid", "localhost", "onion"})


class DomainInvalid(ValidationError):
    """Not a host, or one of the platform's."""


class DomainTaken(ValidationError):
    """Another company is reached there."""


def own_host(text: str) -> str:
    """The host as browsers ask for it: see `ascii_host`.

    Raises DomainInvalid, at the field `domain`, for what is no host, for an address, and for the platform's own names.
    """
    try:
        name = ascii_host(text)
    except UnicodeError as error:
        raise _invalid() from error
    if is_platform_host(name) or settings.HOST.endswith(f".{name}"):
        raise DomainInvalid(
            {"domain": ValidationError(_("This address belongs to the platform itself."), code="reserved")}
        )
    if not _HOST.fullmatch(name) or name.rpartition(".")[2] in _NO_PLACE:
        raise _invalid()
    return name


def ascii_host(text: str) -> str:
    """A host in lower case, without a final dot, Chinese and other names in the ASCII form that browsers send.

    Raises UnicodeError for what is none.
    """
    return idna.encode(text.strip().rstrip(".。"), uts46=True, std3_rules=True).decode()


def readable_host(host: str) -> str:
    """The host as people write it: `crm.例子.com` for `crm.xn--fsqu00a.com`."""
    try:
        return idna.decode(host)
    except UnicodeError:
        return host


def taken() -> DomainTaken:
    """The error for a host that leads to a company already."""
    return DomainTaken({"domain": ValidationError(_("This domain is already in use."), code="taken")})


def _invalid() -> DomainInvalid:
    return DomainInvalid({"domain": ValidationError(_("Enter a domain such as crm.example.com."), code="invalid")})
