"""What templates of the console need beside the shell's tags."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import template
from django.conf import settings
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from console.plans import PLANS
from core.shell.vocabulary.atoms import state
from tenants.companies.domains import readable_host
from tenants.companies.info import CompanyInfo, LicenceState

register = template.Library()

TONES = {
    LicenceState.TRIAL: "blue",
    LicenceState.ACTIVE: "green",
    LicenceState.EXPIRED: "amber",
    LicenceState.SUSPENDED: "red",
}
# The verbs of the operators' log, as the services write them.
VERBS = {
    "company_create": _("Made"),
    "company_rename": _("Renamed"),
    "company_suspend": _("Suspended"),
    "company_resume": _("Resumed"),
    "company_delete": _("Deleted"),
    "company_restore": _("Restored"),
    "company_purge": _("Removed for good"),
    "domain_add": _("Domain added"),
    "domain_make_primary": _("Primary address changed"),
    "domain_remove": _("Domain removed"),
    "licence_extend": _("Extended"),
    "licence_activate": _("Plan changed"),
    "licence_set_seats": _("Users changed"),
    "licence_expire": _("Set to expired"),
    "api_grant": _("API permission changed"),
}
FIELDS = {
    "name": _("Company name"),
    "deleted_at": _("Deleted at"),
    "plan": _("Plan"),
    "seats": _("Licensed users"),
    "state": _("State"),
    "valid_until": _("Valid until"),
    "api_granted": _("API permission"),
    "domains": _("Addresses"),
    "host": _("Primary address"),
}


@register.simple_tag
def platform_host() -> str:
    """The host below which every company has its own, with the port where it is not the usual one."""
    return str(settings.HOST) if settings.PRODUCTION else f"{settings.HOST}:{settings.PORT}"


@register.simple_tag
def company_state(company: CompanyInfo) -> SafeString:
    """The state of the licence as a coloured dot; a deleted company's is that it is deleted."""
    if company.is_deleted:
        return state(_("Deleted"), "gray")
    licence = company.licence
    return state(licence.state.label, TONES[licence.state])


@register.filter
def plan_name(plan: str) -> Any:
    """What a plan is called; the name in the licence where it is not known here."""
    return PLANS.get(plan, plan)


@register.filter
def readable(host: str) -> str:
    """A host as people write it: Chinese domains in Chinese."""
    return readable_host(host)


@register.filter
def act_name(verb: str) -> Any:
    """What a verb of the operators' log is called."""
    return VERBS.get(verb, verb)


@register.filter
def act_changes(changes: dict[str, list[Any]]) -> Iterator[tuple[Any, Any, Any]]:
    """(label, before, after) of each figure that an act changed; the reason stands in a column of its own."""
    for name, (before, after) in changes.items():
        if name in FIELDS:
            yield FIELDS[name], _value(name, before), _value(name, after)


def _value(name: str, value: Any) -> Any:
    match name, value:
        case "plan", str():
            return plan_name(value)
        case "state", str():
            return dict(LicenceState.choices).get(value, value)
        case _, bool():
            return _("yes") if value else _("no")
        case _, None:
            return ""
        case "host", str():
            return readable_host(value)
        case "domains", list():
            return ", ".join(map(readable_host, value))
    return value
