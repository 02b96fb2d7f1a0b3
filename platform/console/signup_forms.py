"""The form with which a company signs up."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from core.resources.forms import refuse
from tenants.companies.subdomains import LONGEST, check_subdomain
from tenants.people.models import User
from tenants.people.phones import PhoneField

_CHINESE_MOBILE = re.compile(r"1[3-9]\d{9}")
# Where a refusal of the services below belongs, when the form calls the field otherwise.
_FIELDS = {"phone": "contact", "email": "contact", "system_name": "company_name", "name": "company_name"}


class SignUpForm(forms.Form):
    """Company, address, administrator. Nothing typed is lost when something is refused: the password stays, too."""

    company_name = forms.CharField(
        label=_("Company name"),
        min_length=2,
        max_length=100,
        widget=forms.TextInput(
            {
                "autocomplete": "organization",
                "autofocus": True,
                "hx-get": reverse_lazy("sign-up-address"),
                "hx-trigger": "input delay:400ms",
                "hx-include": "#address",
                "hx-target": "#address",
                "hx-swap": "outerHTML",
            }
        ),
    )
    subdomain = forms.CharField(
        label=_("Address of your own"),
        max_length=LONGEST,
        widget=forms.TextInput(
            {
                "autocomplete": "off",
                "autocapitalize": "none",
                "spellcheck": "false",
                "inputmode": "url",
                "hx-get": reverse_lazy("sign-up-address"),
                "hx-trigger": "input delay:400ms",
                "hx-target": "#address-hint",
                "hx-swap": "outerHTML",
            }
        ),
    )
    contact = forms.CharField(
        label=_("Mobile phone or e-mail"), max_length=254, widget=forms.TextInput({"autocomplete": "email"})
    )
    username = forms.CharField(
        label=_("Administrator account"),
        help_text=_("The login name of the first user, who administers everything."),
        max_length=40,
        validators=User._meta.get_field("username").validators,
        widget=forms.TextInput({"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=_("Password"),
        help_text=_("At least 8 characters, not only digits, and nothing easily guessed."),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput({"autocomplete": "new-password"}, render_value=True),
    )
    accept = forms.BooleanField(label=_("I have read and accept the terms of service and the privacy policy"))

    def clean_subdomain(self) -> str:
        """In lower case; refused when it is no subdomain, kept for the platform, or taken."""
        subdomain = str(self.cleaned_data["subdomain"]).strip().lower()
        try:
            check_subdomain(subdomain)
        except ValidationError as error:
            raise ValidationError(error.error_dict["subdomain"]) from error
        return subdomain

    def clean_contact(self) -> dict[str, str]:
        """`{"email": …}` or `{"phone": …}`, the phone in its stored form."""
        contact = str(self.cleaned_data["contact"]).strip()
        if "@" in contact:
            validate_email(contact)
            return {"email": contact}
        phone = PhoneField.normal(contact)
        if not phone or not (phone.startswith("+") or _CHINESE_MOBILE.fullmatch(phone)):
            raise ValidationError(_("This is neither a mobile phone nor an e-mail address."), code="contact")
        return {"phone": phone}

    def clean(self) -> dict[str, Any]:
        """Refuse a weak password, one like the other answers among them."""
        data = self.cleaned_data
        if password := data.get("password"):
            user = User(username=data.get("username", ""), name=data.get("company_name", ""), **data.get("contact", {}))
            try:
                validate_password(password, user)
            except ValidationError as error:
                self.add_error("password", error)
        return data

    def refuse(self, error: ValidationError) -> None:
        """Put a refusal of the services at the field it concerns, else above the form."""
        if hasattr(error, "error_dict"):
            error = ValidationError({_FIELDS.get(name, name): errors for name, errors in error.error_dict.items()})
        refuse(self, error)
