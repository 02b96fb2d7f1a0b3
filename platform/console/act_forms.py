"""What an act asks for. A field that is called as one of the licence's holds at first what the licence says."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from console.plans import SOLD
from core.shell.forms import DateInput
from tenants.companies import services
from tenants.companies.domains import readable_host
from tenants.companies.info import CompanyInfo


class ActForm(forms.Form):
    """Every act says why."""

    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args: Any, company: CompanyInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.company = company
        self.order_fields([name for name in self.fields if name != "reason"])
        for name in self.fields:
            self.initial.setdefault(name, getattr(company.licence, name, None))

    @classmethod
    def hosts_of(cls, company: CompanyInfo) -> tuple[str, ...]:
        """The addresses of the company that it can be done to."""
        return ()


class ExtendForm(ActForm):
    """Another last good day."""

    valid_until = forms.DateField(label=_("Valid until"), widget=DateInput())


class SeatsForm(ActForm):
    """Another number of users."""

    seats = forms.IntegerField(label=_("Licensed users"), min_value=1, max_value=services.MOST_SEATS)


class PlanForm(SeatsForm):
    """A plan with all that belongs to it."""

    plan = forms.ChoiceField(label=_("Plan"), choices=tuple(SOLD.items()))
    valid_until = forms.DateField(
        label=_("Valid until"), widget=DateInput(), required=False, help_text=_("Empty: without end.")
    )
    field_order = ("plan", "seats", "valid_until")


class NewDomainForm(ActForm):
    """Another domain."""

    domain = forms.CharField(
        label=_("Domain"),
        max_length=253,
        help_text=_("Such as crm.example.com, also with Chinese characters."),
        widget=forms.TextInput(
            {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "inputmode": "url"}
        ),
    )


class DomainForm(ActForm):
    """An address of the company."""

    domain = forms.ChoiceField(label=_("Domain"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["domain"].choices = [(host, readable_host(host)) for host in self.hosts_of(self.company)]  # type: ignore[attr-defined]

    @classmethod
    def hosts_of(cls, company: CompanyInfo) -> tuple[str, ...]:
        """All but the primary one."""
        return company.hosts[1:]


class OwnDomainForm(DomainForm):
    """A domain of the company's own."""

    @classmethod
    def hosts_of(cls, company: CompanyInfo) -> tuple[str, ...]:
        """The company's own domains: its name below the platform's host stays."""
        return company.custom_hosts


class DeleteForm(ActForm):
    """The company's name, typed: nobody deletes the wrong one by a slip."""

    name = forms.CharField(
        label=_("Company name"),
        help_text=_("Type the name of the company to confirm."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        """The name is compared, and is no value of the act."""
        typed = self.cleaned_data.pop("name", None)
        if typed is not None and typed != self.company.name.strip():
            self.add_error("name", ValidationError(_("This is not the name of this company."), code="name"))
        return self.cleaned_data
