"""Making a company by hand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from console.plans import SOLD, TRIAL, TRIAL_SEATS
from console.signup_forms import SignUpForm
from core.db.context import run_in_company_same_transaction
from core.records.history import log
from core.shell.forms import DateInput
from tenants.companies import services
from tenants.companies.info import CompanyInfo, LicenceState
from tenants.companies.lookup import here, operators
from tenants.companies.models import Company
from tenants.companies.provisioning import company_create
from tenants.people.models import User
from tenants.people.services import temporary_password
from tenants.settings.services import company_furnish


class NewCompanyForm(SignUpForm):
    """The sign-up form with a licence instead of terms and password."""

    password = None  # type: ignore[assignment]  # a temporary one is made
    accept = None  # type: ignore[assignment]  # accepted by the company's administrator, not for them
    plan = forms.ChoiceField(label=_("Plan"), choices=tuple(SOLD.items()), initial=TRIAL)
    seats = forms.IntegerField(
        label=_("Licensed users"), min_value=1, max_value=services.MOST_SEATS, initial=TRIAL_SEATS
    )
    valid_until = forms.DateField(
        label=_("Valid until"), widget=DateInput(), required=False, help_text=_("Empty: without end.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("company_name", "subdomain"):  # suggestions are the public site's
            attributes = self.fields[name].widget.attrs
            for attribute in [one for one in attributes if one.startswith("hx-")]:
                del attributes[attribute]
        self.fields["username"].initial = "admin"


def company_add(values: dict[str, Any], *, by: User) -> tuple[CompanyInfo, str]:
    """Make a company with the values of a NewCompanyForm; returns it with its administrator's temporary password.

    The company and the line in the operators' log are one commit.

    Raises:
        ValidationError: at the field it concerns; nothing is left then.
    """
    password = temporary_password()
    home = operators()
    assert home is not None  # `by` is one of its users

    def setup() -> None:
        user = company_furnish(
            company_name=values["company_name"],
            username=values["username"],
            password=password,
            language=settings.LANGUAGE_CODE,
            **values["contact"],
        )
        user.password_is_temporary = True
        user.save(update_fields=["password_is_temporary"])
        made = here()
        figures = {name: ["", str(values[name] or "")] for name in ("plan", "seats", "valid_until")}
        row = Company(pk=made.id, name=made.name)
        run_in_company_same_transaction(
            home, log, "company_create", by=by, resource="companies", record=row, changes=figures
        )

    company = company_create(
        name=values["company_name"],
        subdomain=values["subdomain"],
        plan=values["plan"],
        seats=values["seats"],
        valid_until=values["valid_until"],
        state=LicenceState.TRIAL if values["plan"] == TRIAL else LicenceState.ACTIVE,
        setup=setup,
    )
    return company, password
