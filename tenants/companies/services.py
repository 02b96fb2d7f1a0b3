"""What operators and billing do to a company. Each act is one commit with its line in the operators' log, which keeps
the `reason` given.

Afterwards every process drops what it knew of the company, and `events` tells whoever holds connections open.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.access import Actor
from core.db import run_outside_companies
from core.db.context import run_in_company_same_transaction
from core.records.history import changed_field
from tenants.companies import events
from tenants.companies.domains import own_host, taken
from tenants.companies.info import CompanyInfo, LicenceState
from tenants.companies.lookup import forget_companies
from tenants.companies.models import Company, Domain, Licence
from tenants.companies.operators import log_for_operators, order_of_operators
from tenants.companies.sessions import sessions_end

MOST_SEATS = 100_000
PURGE = "companies.purge"  # the job that removes a deleted company


def licence_extend(company_id: int, *, valid_until: date, by: Actor | None, reason: str = "") -> CompanyInfo:
    """Make another day the last good one; an expired licence is active again. Raises ValidationError for a past day."""
    if valid_until < timezone.localdate():
        raise ValidationError({"valid_until": ValidationError(_("This day is over."), code="past")})

    def extend(company: Company) -> None:
        licence = company.licence
        licence.valid_until = valid_until
        if LicenceState.EXPIRED in {licence.state, licence.state_before}:
            _move(licence, LicenceState.ACTIVE)

    return _change(company_id, "licence_extend", extend, by, events.licence_changed, reason)


def licence_activate(
    company_id: int, *, plan: str, seats: int, valid_until: date | None, by: Actor | None, reason: str = ""
) -> CompanyInfo:
    """Turn a trial or an expired licence into a paid one: plan, seats and last good day (None: without end) at once."""
    _check_seats(seats)

    def activate(company: Company) -> None:
        licence = company.licence
        licence.plan, licence.seats, licence.valid_until = plan, seats, valid_until
        _move(licence, LicenceState.ACTIVE)

    return _change(company_id, "licence_activate", activate, by, events.licence_changed, reason)


def licence_set_seats(company_id: int, *, seats: int, by: Actor | None, reason: str = "") -> CompanyInfo:
    """Set the number of licensed users. Fewer than are active removes nobody and blocks additions."""
    _check_seats(seats)

    def change(company: Company) -> None:
        company.licence.seats = seats

    return _change(company_id, "licence_set_seats", change, by, events.licence_changed, reason)


def licence_expire(company_id: int, *, by: Actor | None, reason: str = "") -> CompanyInfo:
    """Say that the licence has run out; the days of grace count from its last good day."""

    def expire(company: Company) -> None:
        _move(company.licence, LicenceState.EXPIRED)

    return _change(company_id, "licence_expire", expire, by, events.licence_changed, reason)


def api_grant(company_id: int, *, granted: bool, by: Actor | None, reason: str = "") -> CompanyInfo:
    """Grant 「API接口权限」, or take it back."""

    def grant(company: Company) -> None:
        company.licence.api_granted = granted

    return _change(company_id, "api_grant", grant, by, events.licence_changed, reason)


def company_suspend(company_id: int, *, by: Actor | None, reason: str = "") -> CompanyInfo:
    """Close the company: nobody can sign in, and whoever is signed in is not any more. Its data stay."""

    def suspend(company: Company) -> None:
        _refuse_operators(company)
        licence = company.licence
        if licence.state != LicenceState.SUSPENDED:
            licence.state, licence.state_before = LicenceState.SUSPENDED, licence.state
        _end_sessions(company)

    return _change(company_id, "company_suspend", suspend, by, events.company_closed, reason)


def company_resume(company_id: int, *, by: Actor | None, reason: str = "") -> CompanyInfo:
    """Open a suspended company again; its licence stands where it stood: a trial is a trial, what expired is expired.

    What happened to the licence meanwhile counts: extended or activated, it is active.
    """

    def resume(company: Company) -> None:
        licence = company.licence
        if licence.state == LicenceState.SUSPENDED:
            licence.state, licence.state_before = licence.state_before or LicenceState.ACTIVE, ""

    return _change(company_id, "company_resume", resume, by, events.company_opened, reason)


def company_delete(company_id: int, *, by: Actor | None, reason: str = "") -> CompanyInfo:
    """Close the company and order its removal for when KEPT is over.

    Until then everything is kept, its addresses too, so that it can be restored.
    """

    def delete(company: Company) -> None:
        _refuse_operators(company)
        if company.deleted_at is None:
            company.deleted_at = timezone.now()
            order_of_operators(PURGE, {"company": company.pk, "uuid": company.uuid}, at=company.info.kept_until)
        _end_sessions(company)

    return _change(company_id, "company_delete", delete, by, events.company_closed, reason)


def company_restore(company_id: int, *, by: Actor | None, reason: str = "") -> CompanyInfo:
    """Take a deleted company back as it was. The removal that was ordered finds nothing to do."""

    def restore(company: Company) -> None:
        company.deleted_at = None

    return _change(company_id, "company_restore", restore, by, events.company_opened, reason)


def company_rename(company_id: int, *, name: str, by: Actor | None, reason: str = "") -> CompanyInfo:
    """Change what the company is called; nothing is found by that name."""

    def rename(company: Company) -> None:
        company.name = name

    return _change(company_id, "company_rename", rename, by, events.licence_changed, reason)


def domain_add(company_id: int, *, domain: str, by: Actor | None, reason: str = "") -> CompanyInfo:
    """Let the company be reached under a host of its own, besides its subdomain. Raises DomainInvalid, DomainTaken."""
    name = own_host(domain)

    def add(company: Company) -> None:
        if Domain.objects.filter(name=name).exists():
            raise taken()
        try:
            with transaction.atomic():
                Domain.objects.create(company=company, name=name, is_primary=False)
        except IntegrityError as error:
            raise taken() from error

    return _change(company_id, "domain_add", add, by, events.domains_changed, reason)


def domain_make_primary(company_id: int, *, domain: str, by: Actor | None, reason: str = "") -> CompanyInfo:
    """Use one of the company's hosts in links and mails. Raises ValidationError for a host that is none of them."""

    def choose(company: Company) -> None:
        chosen = _domain_of(company, domain)
        company.domains.exclude(pk=chosen.pk).update(is_primary=False)
        company.domains.filter(pk=chosen.pk).update(is_primary=True)

    return _change(company_id, "domain_make_primary", choose, by, events.domains_changed, reason)


def domain_remove(company_id: int, *, domain: str, by: Actor | None, reason: str = "") -> CompanyInfo:
    """Take a host of its own from the company. The subdomain stays, and is the primary one again if need be.

    Raises ValidationError for the subdomain, and for a host that is not the company's.
    """

    def remove(company: Company) -> None:
        gone = _domain_of(company, domain)
        if "." not in gone.name:
            raise ValidationError(
                {"domain": ValidationError(_("The address on the platform cannot be removed."), code="subdomain")}
            )
        gone.delete()
        if gone.is_primary:
            company.domains.exclude(name__contains=".").update(is_primary=True)

    return _change(company_id, "domain_remove", remove, by, events.domains_changed, reason)


def _change(
    company_id: int, verb: str, act: Callable[[Company], None], by: Actor | None, event: Signal, reason: str
) -> CompanyInfo:
    def change() -> CompanyInfo:
        with transaction.atomic():
            company = Company.objects.select_for_update().get(pk=company_id)
            before = _figures(company)
            act(company)
            company.save()
            company.licence.save()
            info = company.info
            log_for_operators(verb, company, _changes(before, _figures(company)), by, reason)
            forget_companies()
            transaction.on_commit(lambda: _tell(event, info))
        return info

    return run_outside_companies(change)


def _tell(event: Signal, company: CompanyInfo) -> None:
    forget_companies()  # a request may have asked between the change and its commit
    event.send(sender=CompanyInfo, company=company)


def _figures(company: Company) -> dict[str, Any]:
    licence = company.licence
    return {
        "name": company.name,
        "deleted_at": company.deleted_at,
        "plan": licence.plan,
        "seats": licence.seats,
        "state": licence.state,
        "valid_until": licence.valid_until,
        "api_granted": licence.api_granted,
        "domains": sorted(domain.host for domain in company.domains.all()),
        "host": company.info.host,
    }


def _changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    return {key: changed_field(key, before[key], after[key]) for key in after if before[key] != after[key]}


def _move(licence: Licence, state: LicenceState) -> None:
    """Let the licence stand at `state`; a suspended one stays suspended, and stands there when it is resumed."""
    if licence.state == LicenceState.SUSPENDED:
        licence.state_before = state
    else:
        licence.state = state


def _domain_of(company: Company, host: str) -> Domain:
    for domain in company.domains.all():
        if domain.host == host:
            return domain
    raise ValidationError({"domain": ValidationError(_("The company is not reached there."), code="unknown")})


def _end_sessions(company: Company) -> None:
    run_in_company_same_transaction(company.info, sessions_end)


def _refuse_operators(company: Company) -> None:
    if company.is_operators:
        raise ValidationError(_("The operators' own company cannot be closed."), code="operators")


def _check_seats(seats: int) -> None:
    if not 1 <= seats <= MOST_SEATS:
        raise ValidationError(
            {"seats": ValidationError(_("Between 1 and %(most)s users."), code="range", params={"most": MOST_SEATS})}
        )
