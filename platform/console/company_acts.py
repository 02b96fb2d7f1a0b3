"""What operators do to a company: each act asks for its values and a reason, and is one line of their log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from console import act_forms as forms
from tenants.companies import services
from tenants.companies.info import DELETED, KEPT, CompanyInfo, LicenceState

RUNNING = frozenset({LicenceState.TRIAL.value, LicenceState.ACTIVE.value})
OPEN = RUNNING | {LicenceState.EXPIRED.value}
SUSPENDED = frozenset({LicenceState.SUSPENDED.value})
THERE = OPEN | SUSPENDED


@dataclass(frozen=True, slots=True)
class Act:
    """One act.

    Attributes:
        run: the service, called as `run(company id, *, by, reason, **values of the form)`.
        during: where the company has to stand for it (`CompanyInfo.standing`).
        when: what else has to be so.
        place: whether it is a button, an entry of the menu, or stands at the addresses: `address` at each of them.
    """

    name: str
    label: StrOrPromise
    icon: str
    run: Callable[..., Any]
    form: type[forms.ActForm] = forms.ActForm
    during: frozenset[str] = THERE
    when: Callable[[CompanyInfo], bool] = lambda company: True
    lead: StrOrPromise = ""
    danger: bool = False
    place: Literal["button", "menu", "addresses", "address"] = "menu"

    def makes_sense(self, company: CompanyInfo) -> bool:
        """Whether there is anything to do."""
        return company.standing in self.during and self.when(company)


_ALL = (
    Act(
        "extend",
        _("Extend"),
        icon="calendar-plus",
        run=services.licence_extend,
        form=forms.ExtendForm,
        place="button",
    ),
    Act(
        "seats",
        _("Change users"),
        icon="users-plus",
        run=services.licence_set_seats,
        form=forms.SeatsForm,
        lead=_("Fewer than are in use removes nobody and blocks additions."),
    ),
    Act(
        "plan",
        _("Change the plan"),
        icon="license",
        run=services.licence_activate,
        form=forms.PlanForm,
        lead=_("The licence is active with these values from now on."),
    ),
    Act(
        "grant-api",
        _("Grant the API permission"),
        icon="plug",
        run=partial(services.api_grant, granted=True),
        when=lambda company: not company.licence.api_granted,
    ),
    Act(
        "withdraw-api",
        _("Withdraw the API permission"),
        icon="plug-off",
        run=partial(services.api_grant, granted=False),
        when=lambda company: company.licence.api_granted,
        lead=_("Programs of the company that use the API stop working at once."),
        danger=True,
    ),
    Act(
        "expire",
        _("Set to expired"),
        icon="calendar-off",
        run=services.licence_expire,
        during=RUNNING,
        lead=_("After the days of grace everything can be read and nothing changed."),
        danger=True,
    ),
    Act(
        "suspend",
        _("Suspend"),
        icon="ban",
        run=services.company_suspend,
        during=OPEN,
        lead=_("Nobody of the company can sign in any more, and who is signed in is signed out. The data stay."),
        danger=True,
    ),
    Act(
        "resume",
        _("Resume"),
        icon="player-play",
        run=services.company_resume,
        during=SUSPENDED,
        place="button",
    ),
    Act(
        "add-domain",
        _("Add a domain"),
        icon="plus",
        run=services.domain_add,
        form=forms.NewDomainForm,
        lead=_("The company is reached there as well, as soon as its DNS leads to the platform."),
        place="addresses",
    ),
    Act(
        "primary-domain",
        _("Make it the primary address"),
        icon="star",
        run=services.domain_make_primary,
        form=forms.DomainForm,
        when=lambda company: len(company.hosts) > 1,
        lead=_("Links in mails lead there. Everybody signs in anew at an address they were not signed in at."),
        place="address",
    ),
    Act(
        "remove-domain",
        _("Remove the domain"),
        icon="trash",
        run=services.domain_remove,
        form=forms.OwnDomainForm,
        when=lambda company: bool(company.custom_hosts),
        lead=_("Who works at this address has to sign in at another one. No data are lost."),
        danger=True,
        place="address",
    ),
    Act(
        "delete",
        _("Delete"),
        icon="trash",
        run=services.company_delete,
        form=forms.DeleteForm,
        lead=format_lazy(
            _("The company is closed at once. It can be restored for {days} days; then all of it is removed for good."),
            days=KEPT.days,
        ),
        danger=True,
    ),
    Act(
        "restore",
        _("Restore"),
        icon="restore",
        run=services.company_restore,
        during=frozenset({DELETED}),
        place="button",
    ),
)
ACTS = {act.name: act for act in _ALL}


def acts_for(company: CompanyInfo) -> list[Act]:
    """The acts that make sense for the company as it is."""
    return [act for act in _ALL if act.makes_sense(company)]
