"""What operators do to a company: each act asks for its values and a reason, and is one line of their log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from console.plans import SOLD
from core.shell.forms import DateInput
from tenants.companies import services
from tenants.companies.info import CompanyInfo, LicenceState


class ActForm(forms.Form):
    """Every act says why."""

    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args: Any, company: CompanyInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([name for name in self.fields if name != "reason"])
        for name, value in self.start(company).items():
            self.initial.setdefault(name, value)

    def start(self, company: CompanyInfo) -> dict[str, Any]:
        """What the fields hold at first: the licence as it is."""
        return {}


class ExtendForm(ActForm):
    """Another last good day."""

    until = forms.DateField(label=_("Valid until"), widget=DateInput())

    def start(self, company: CompanyInfo) -> dict[str, Any]:
        """The present last good day."""
        return {"until": company.licence.valid_until}


class SeatsForm(ActForm):
    """Another number of users."""

    seats = forms.IntegerField(label=_("Licensed users"), min_value=1, max_value=services.MOST_SEATS)

    def start(self, company: CompanyInfo) -> dict[str, Any]:
        """The present number."""
        return {"seats": company.licence.seats}


class PlanForm(ActForm):
    """A plan with all that belongs to it."""

    plan = forms.ChoiceField(label=_("Plan"), choices=tuple(SOLD.items()))
    seats = forms.IntegerField(label=_("Licensed users"), min_value=1, max_value=services.MOST_SEATS)
    until = forms.DateField(
        label=_("Valid until"), widget=DateInput(), required=False, help_text=_("Empty: without end.")
    )

    def start(self, company: CompanyInfo) -> dict[str, Any]:
        """The licence as it is."""
        return {"plan": company.licence.plan, "seats": company.licence.seats, "until": company.licence.valid_until}


def _always(company: CompanyInfo) -> bool:
    return not company.is_deleted


def _is_open(company: CompanyInfo) -> bool:
    return not company.is_deleted and company.licence.state != LicenceState.SUSPENDED


def _is_suspended(company: CompanyInfo) -> bool:
    return not company.is_deleted and company.licence.state == LicenceState.SUSPENDED


def _has_run_out_or_may(company: CompanyInfo) -> bool:
    return _is_open(company) and company.licence.state != LicenceState.EXPIRED


@dataclass(frozen=True, slots=True)
class Act:
    """One act. `run(company id, *, by, reason, **values)` is the service; `when` tells whether it makes sense now."""

    name: str
    label: StrOrPromise
    run: Callable[..., Any]
    icon: str
    when: Callable[[CompanyInfo], bool] = _always
    form: type[ActForm] = ActForm
    lead: StrOrPromise = ""
    danger: bool = False
    primary: bool = False


def _grant(company_id: int, **values: Any) -> CompanyInfo:
    return services.api_grant(company_id, granted=True, **values)


def _withdraw(company_id: int, **values: Any) -> CompanyInfo:
    return services.api_grant(company_id, granted=False, **values)


def _extend(company_id: int, *, until: date, **values: Any) -> CompanyInfo:
    return services.licence_extend(company_id, until=until, **values)


ACTS = {
    act.name: act
    for act in (
        Act("extend", _("Extend"), _extend, icon="calendar-plus", form=ExtendForm, primary=True),
        Act(
            "seats",
            _("Change users"),
            services.licence_set_seats,
            icon="users-plus",
            form=SeatsForm,
            lead=_("Fewer than are in use removes nobody and blocks additions."),
        ),
        Act(
            "plan",
            _("Change the plan"),
            services.licence_activate,
            icon="license",
            form=PlanForm,
            lead=_("The licence is active with these values from now on."),
        ),
        Act(
            "grant-api",
            _("Grant the API permission"),
            _grant,
            icon="plug",
            when=lambda company: not company.is_deleted and not company.licence.api_granted,
        ),
        Act(
            "withdraw-api",
            _("Withdraw the API permission"),
            _withdraw,
            icon="plug-off",
            when=lambda company: not company.is_deleted and company.licence.api_granted,
            danger=True,
            lead=_("Programs of the company that use the API stop working at once."),
        ),
        Act(
            "expire",
            _("Set to expired"),
            services.licence_expire,
            icon="calendar-off",
            when=_has_run_out_or_may,
            danger=True,
            lead=_("After the days of grace everything can be read and nothing changed."),
        ),
        Act(
            "suspend",
            _("Suspend"),
            services.company_suspend,
            icon="ban",
            when=_is_open,
            danger=True,
            lead=_("Nobody of the company can sign in any more, and who is signed in is signed out. The data stay."),
        ),
        Act("resume", _("Resume"), services.company_resume, icon="player-play", when=_is_suspended, primary=True),
        Act(
            "delete",
            _("Delete"),
            services.company_delete,
            icon="trash",
            danger=True,
            lead=_("The company is closed and marked for removal. Its data and address are kept: it can be restored."),
        ),
        Act(
            "restore",
            _("Restore"),
            services.company_restore,
            icon="restore",
            when=lambda company: company.is_deleted,
            primary=True,
        ),
    )
}


def acts_for(company: CompanyInfo) -> list[Act]:
    """The acts that make sense for the company as it is."""
    return [act for act in ACTS.values() if act.when(company)]
