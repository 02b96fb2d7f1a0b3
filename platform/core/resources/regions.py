"""Choosing a region in forms: found by a part of its name or by pinyin initials, checked on the server."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse_lazy

from core.records.regions import check_region, region_text


class RegionSelect(forms.Select):
    """A searchable choice: holds the chosen region, finds others on the server as one types."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"data-picker": reverse_lazy("regions"), **(attrs or {})})

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> Any:
        """Only the region chosen."""
        chosen = [(code, region_text(code)) for code in value if code]
        self.choices = [("", ""), *chosen]
        return super().optgroups(name, value, attrs)


class RegionFormField(forms.CharField):
    """The code of a region."""

    widget = RegionSelect

    def validate(self, value: Any) -> None:
        """Refuse a code that no region has."""
        super().validate(value)
        check_region(value)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """A choice has no length."""
        return {}
