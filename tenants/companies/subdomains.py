"""Subdomains: what may be one, which are ours, and what to suggest for a Chinese name."""

from __future__ import annotations

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.db import run_outside_companies
from tenants.companies.models import Domain

SHORTEST, LONGEST = 3, 30
_LABEL = re.compile(rf"[a-z][a-z0-9-]{{{SHORTEST - 2},{LONGEST - 2}}}[a-z0-9]")
RESERVED = frozenset(
    """about account accounts admin administrator api app apps assets auth autoconfig autodiscover billing blog
    careers cdn chat cloud company console contact dashboard db dev developer developers dns docs download email files
    forum ftp git guest help home host http https id image images imap img info install internal invoice legal live
    localhost login logout mail manage manager media mobile monitor mx mysql news no-reply noreply ns ns1 ns2 oauth
    official open ops operator operators order partner partners password pay payment pop pop3 portal postgres postmaster
    preview price pricing private production public qiku register root sales sandbox secure security server service
    sftp shop sign-in sign-up signin signup site sites smtp socket sql ssh ssl staging static stats status store
    support system team terms test testing tools upload uploads valkey vpn web webhook webhooks webmail wiki www
    xn""".split()  # noqa: SIM905 - a list of words reads better as words
)
# What a company's name ends with, and nobody says.
_LEGAL_FORMS = re.compile(
    r"(股份有限公司|有限责任公司|有限公司|集团公司|集团|公司|co\.?,? ?ltd\.?|ltd\.?|inc\.?)$", re.IGNORECASE
)


class SubdomainInvalid(ValidationError):
    """Not a subdomain at all."""


class SubdomainReserved(ValidationError):
    """A subdomain that the platform keeps for itself."""


class SubdomainTaken(ValidationError):
    """Another company has it."""


def check_subdomain(subdomain: str) -> None:
    """Refuse what cannot be a company's subdomain, saying so at the field `subdomain`.

    Raises SubdomainInvalid, SubdomainReserved, SubdomainTaken. A subdomain that passes may be taken a moment later;
    `company_create` then raises SubdomainTaken.
    """
    check_form(subdomain)
    if is_taken(subdomain):
        raise taken()


def check_form(subdomain: str) -> None:
    """The part of `check_subdomain` that needs no database."""
    if not _LABEL.fullmatch(subdomain) or "--" in subdomain:
        raise SubdomainInvalid(
            {
                "subdomain": ValidationError(
                    _(
                        "Use %(shortest)s to %(longest)s lower-case letters, digits and single hyphens,"
                        " beginning with a letter."
                    ),
                    code="invalid",
                    params={"shortest": SHORTEST, "longest": LONGEST},
                )
            }
        )
    if subdomain in RESERVED or subdomain == settings.OPERATORS_SUBDOMAIN:
        raise SubdomainReserved(
            {
                "subdomain": ValidationError(
                    _("This address is kept for the platform. Choose another one."), code="reserved"
                )
            }
        )


def taken() -> SubdomainTaken:
    """The error for a subdomain that another company has."""
    return SubdomainTaken(
        {"subdomain": ValidationError(_("This address is already taken. Choose another one."), code="taken")}
    )


def is_taken(subdomain: str) -> bool:
    """Whether a company, a deleted one that can be restored included, has it."""
    return run_outside_companies(lambda: Domain.objects.filter(name=subdomain).exists())


def suggest_subdomain(name: str) -> str:
    """A free subdomain after the company's name: pinyin, initials where that is too long, with a number where taken.

    创之新国际有限公司 gives `chuangzhixinguoji`. Empty when the name has no letter to make one from.
    """
    from pypinyin import Style, lazy_pinyin  # its dictionaries take half a second, of every process that starts

    short = _LEGAL_FORMS.sub("", name.strip()) or name
    whole = _label("".join(lazy_pinyin(short, errors=_latin)))
    initials = _label("".join(lazy_pinyin(short, style=Style.FIRST_LETTER, errors=_latin)))
    base = whole if len(whole) <= LONGEST else initials[:LONGEST].rstrip("-")
    if not base:
        return ""
    if len(base) < SHORTEST:
        base = f"{base}-crm"
    for candidate in (base, *(f"{base[: LONGEST - 3].rstrip('-')}{number}" for number in range(2, 1000))):
        try:
            check_subdomain(candidate)
        except (SubdomainTaken, SubdomainReserved, SubdomainInvalid):
            continue
        return candidate
    return ""


def _latin(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower())


def _label(text: str) -> str:
    return re.sub(r"-{2,}", "-", text).strip("-").lstrip("0123456789-")
