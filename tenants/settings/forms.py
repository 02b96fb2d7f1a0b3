"""The forms of the settings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from core.records.custom_lists import option_lists
from core.records.files import checked_logo
from core.resources import ResourceForm
from core.shell.forms import FileChoose, Picker
from tenants.people.phones import PhoneField
from tenants.settings.models import CompanySettings


def time_zones() -> list[tuple[str, str]]:
    """The time zones to choose from: those named after a place, and UTC."""
    return [(name, name.replace("_", " ")) for name in sorted(available_timezones()) if "/" in name or name == "UTC"]


class SettingsForm(forms.ModelForm[CompanySettings]):
    """基本设置, in the manual's order: left column, right column, line by line."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones, widget=Picker)
    phone = PhoneField(_("Mobile phone"), blank=True).formfield()
    logo = forms.FileField(
        label=_("Company logo"), required=False, widget=FileChoose(preview=True, attrs={"accept": "image/*"})
    )

    class Meta:
        model = CompanySettings
        fields = (
            "system_name",
            "phone",
            "company_name",
            "company_name_en",
            "telephone",
            "email",
            "fax",
            "address",
            "bank",
            "bank_account",
            "website",
            "logo",
            "language",
            "time_zone",
            "currency",
            "colour",
        )
        widgets = {"colour": forms.TextInput(attrs={"data-colour": "", "placeholder": "#2b5fe3"})}
        help_texts = {"colour": _("Behind the first button and the sign-in page; empty for the product's own blue.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version

    def clean_phone(self) -> str:
        """The phone in the form in which every phone is stored."""
        given: str = self.cleaned_data["phone"]
        return PhoneField(blank=True).clean(given, None) if given else ""

    def clean_logo(self) -> Any:
        """A new picture, re-encoded; None to clear the logo; the stored one when nothing was chosen."""
        given = self.cleaned_data["logo"]
        if given is False:
            return None
        return checked_logo(given) if isinstance(given, UploadedFile) else given

    @property
    def values(self) -> dict[str, Any]:
        """The cleaned values, without the version and without a logo that stays as it is."""
        kept = "logo" not in self.changed_data
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name != "version" and not (name == "logo" and kept)
        }

    @property
    def visible(self) -> Iterator[forms.BoundField]:
        """The fields to show, in order."""
        return iter(self.visible_fields())


class OptionForm(ResourceForm):
    """An option: its list is chosen among those there are, and stays what it is afterwards."""

    kind = forms.ChoiceField(label=_("Option list"))
    fixed = frozenset({"kind"})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "kind" in self.fields:
            field: Any = self.fields["kind"]
            field.choices = [(kind, option_list.label) for kind, option_list in option_lists().items()]

    def clean_name(self) -> str:
        """The name without spaces around it; one of nothing else is none."""
        name: str = self.cleaned_data["name"].strip()
        if not name:
            raise ValidationError(_("Please give the option a name."), code="required")
        return name
