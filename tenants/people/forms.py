"""The forms of users and of the organisation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from core.resources import ResourceForm
from tenants.people.models import User
from tenants.people.organisation import next_code

_rules = lazy(password_validators_help_text_html, str)


class UserForm(ResourceForm):
    """A user with their roles; a new one with the password they sign in with at first."""

    roles = forms.ModelMultipleChoiceField(
        label=_("Roles"),
        queryset=User.objects.get_queryset().none(),
        required=False,
        help_text=_("Without a role a user sees no module."),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "data-generate": ""}),
        help_text=_rules(),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "roles" not in self.resource.editable_fields(self.user):
            del self.fields["roles"]
        if self.instance.pk is not None:
            del self.fields["password"]  # it is reset, not edited
            if "roles" in self.fields:
                self.initial["roles"] = list(self.instance.roles.all())

    def clean(self) -> dict[str, Any]:
        """Refuse a login name that is somebody's phone, and a weak password, at their fields."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        password = cleaned.get("password")
        if password:
            names = {name: cleaned.get(name, "") for name in ("username", "name", "phone", "email")}
            try:
                validate_password(password, User(**names))
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned


class ResetForm(forms.Form):
    """A new password for a user."""

    password = forms.CharField(label=_("Password"), strip=False, max_length=128, help_text=_rules())


class HandOverForm(forms.Form):
    """Who takes over what a leaver owns."""

    hand_over_to = forms.ModelChoiceField(
        label=_("Hand over to"), queryset=User.objects.get_queryset().none(), required=False
    )

    def __init__(self, *args: Any, leaver: User, needed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["hand_over_to"]
        field.queryset = User.objects.get_queryset().with_seat().exclude(pk=leaver.pk)
        field.required = needed


class DepartmentForm(ResourceForm):
    """A unit of the organisation; a new one has a code that nobody has."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None and "code" in self.fields and not self.is_bound:
            self.initial.setdefault("code", next_code())
