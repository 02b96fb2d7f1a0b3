"""The controls of the shell, put into the forms that resources make."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models.fields import BLANK_CHOICE_DASH

from core.resources.custom import HeldFileField
from core.resources.forms import RemoteSelect
from core.shell.forms import CheckList, DateInput, DateTimeInput, FileChoose, MultiPicker, Picker, RadioCards, Switch

LISTED_SELECT = 12  # longer selects become searchable


def dressed(form: Any) -> Any:
    """The form with the shell's control for every kind of field."""
    for field in form.fields.values():
        if isinstance(field, forms.ModelChoiceField) and field.empty_label is not None:
            field.empty_label = ""
        elif isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
            offered: list[Any] = list(field.choices)  # type: ignore[arg-type]  # a callable is iterated over as well
            if offered[:1] == BLANK_CHOICE_DASH:
                field.choices = [("", ""), *offered[1:]]  # blank, as every other control without a value
        widget: Any = _control(field)
        if widget is not None:
            widget.is_required = field.widget.is_required
            field.widget = widget
            if isinstance(field, forms.ModelChoiceField):
                widget.choices = field.choices
    return form


def _control(field: forms.Field) -> forms.Widget | None:
    if isinstance(field.widget, CheckList | RadioCards | forms.HiddenInput):  # the form has chosen it itself
        return None
    match field:
        case forms.DateTimeField():
            field.input_formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", *(field.input_formats or ())]
            return DateTimeInput()
        case forms.DateField():
            return DateInput()
        case HeldFileField():
            return FileChoose()
        case forms.NullBooleanField():
            return None
        case forms.BooleanField():
            return Switch()
        case forms.ModelMultipleChoiceField():
            return MultiPicker()
        case forms.ModelChoiceField() if isinstance(field.widget, RemoteSelect):
            return Picker(url=field.widget.url)
        case forms.ModelChoiceField() if isinstance(field.widget, forms.Select) and field.queryset is not None:
            return Picker() if field.queryset[LISTED_SELECT : LISTED_SELECT + 1].exists() else None
    return None
