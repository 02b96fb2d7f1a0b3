"""The forms of customers: the record's own, and those of what is done to them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from core.resources.forms import RemoteSelect, ResourceForm
from core.resources.registry import resource_of
from crm.customers.duplicates import CHECKED
from crm.customers.models import all_tags
from tenants.people.models import User


class CustomerForm(ResourceForm):
    """A customer's form: a customer that is there already is entered a second time only by who says so."""

    contact_name = forms.CharField(required=False, max_length=40, label=_("Primary contact"))
    allow_duplicate = forms.BooleanField(required=False, label=_("Create it all the same"), widget=forms.HiddenInput)
    beside = {"contact_name": "phone", "allow_duplicate": "category"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            del self.fields["allow_duplicate"]
        if self.instance.pk is not None or not self.user.access.may("contacts.add"):
            del self.fields["contact_name"]
        self._look_for_duplicates()

    def _look_for_duplicates(self) -> None:
        """查重 while one types: who is there already is told below the name."""
        asked = [name for name in CHECKED if name in self.fields]
        if "name" not in asked:
            return
        url = reverse("customers-duplicates")
        for name in asked:
            self.fields[name].widget.attrs |= {
                "hx-get": f"{url}?but={self.instance.pk}" if self.instance.pk else url,
                "hx-trigger": "input changed delay:400ms",
                "hx-include": ",".join(f"#id_{field}" for field in asked),
                "hx-target": "#duplicates",
                "hx-swap": "innerHTML",
                "hx-sync": "#duplicates:replace",
            }
        self.fields["name"].help_text = format_html('<div id="{}" aria-live="polite"></div>', "duplicates")

    def add_error(self, field: str | None, error: Any) -> None:
        """Once a duplicate was refused, the form offers to create it all the same."""
        super().add_error(field, error)
        if "allow_duplicate" in self.fields and any(
            told.code == "duplicate" for errors in self.errors.as_data().values() for told in errors
        ):
            self.fields["allow_duplicate"].widget = forms.CheckboxInput()


class TransferForm(forms.Form):
    """To whom."""

    owner = forms.ModelChoiceField(User.objects.none(), label=_("New owner"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner: Any = self.fields["owner"]
        owner.widget = RemoteSelect(resource_of(User).choice_url)
        owner.widget.is_required = True
        owner.queryset = User.objects.get_queryset().with_seat()


class TagForm(forms.Form):
    """Which tags."""

    tags = forms.ModelMultipleChoiceField(all_tags().none(), label=_("Customer tags"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tags"].queryset = all_tags()  # type: ignore[attr-defined]
