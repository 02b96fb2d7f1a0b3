"""What a person would enter in a form: good values for any form, and bad ones for any field."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone

from core.records.regions import RegionFormField
from tests.factories import make

_numbers = itertools.count(700)


def good_values(form: forms.BaseForm, mark: str = "typed", *, everything: bool = False) -> dict[str, Any]:
    """Values that the form accepts, as text or lists of text.

    Fields that may stay empty stay so, or as they are; with `everything` they are filled too.
    """
    values: dict[str, Any] = {}
    for name, field in form.fields.items():
        if isinstance(field, forms.FileField):
            continue  # sent beside the values, and kept while nothing is sent
        held = form.get_initial_for_field(field, name)
        value = None
        if held not in (None, "", []):
            value = _entered(field, held)
        elif field.required or everything:
            value = _good(name, field, mark)
        if value is not None:
            values[name] = value
    return values


def _entered(field: forms.Field, held: Any) -> Any:
    if isinstance(field, forms.BooleanField):
        return "on" if held else None
    if isinstance(held, list | tuple):
        return [str(getattr(item, "pk", item)) for item in held]
    prepared = field.prepare_value(held)
    return prepared.isoformat() if hasattr(prepared, "isoformat") else str(prepared)


def _good(name: str, field: forms.Field, mark: str) -> Any:
    number = next(_numbers)
    if name == "password":
        return f"kV9!{number}wQz"  # unlike anybody's name
    match field:
        case RegionFormField():
            return "440305"
        case forms.ModelMultipleChoiceField():
            return [str(row.pk) for row in (_last_of(field),) if row is not None]
        case forms.ModelChoiceField():
            row = _last_of(field)
            return None if row is None else str(row.pk)
        case forms.MultipleChoiceField():
            return [_first_choice(field)]
        case forms.ChoiceField():
            return _first_choice(field)
        case forms.BooleanField():
            return "on"
        case forms.DecimalField() | forms.IntegerField() | forms.FloatField():
            return "1"
        case forms.DateTimeField():
            return timezone.localtime().isoformat()
        case forms.DateField():
            return timezone.localdate().isoformat()
        case forms.TimeField():
            return "09:30"
        case forms.EmailField():
            return f"{mark}.{number}@example.com"
        case forms.URLField():
            return f"https://example.com/{number}"
    if getattr(field.widget, "input_type", "") == "tel":
        return f"1380000{number:04d}"
    text = f"{mark}-{number}"
    return text[-(getattr(field, "max_length", None) or len(text)) :]


def _last_of(field: forms.ModelChoiceField[Any]) -> Any:
    """The newest row that may be chosen: the oldest user is most often the one who chooses. One is made if need be."""
    if field.queryset is None:
        return None
    found = field.queryset.order_by("pk").last()
    if found is None and field.required:
        make(field.queryset.model)
        found = field.queryset.order_by("pk").last()
    return found


def _first_choice(field: forms.ChoiceField) -> str:
    choices: Any = field.choices
    return next(str(value) for value, _label in choices if value not in ("", None))


def bad_values(name: str, field: forms.Field) -> Iterator[tuple[str, Any]]:
    """(what is wrong, value) for what the field must refuse; the same in a form and in JSON."""
    if field.required and not isinstance(field, forms.BooleanField):
        yield "empty", [] if isinstance(field, forms.ModelMultipleChoiceField) else ""
    match field:
        case forms.ModelMultipleChoiceField():
            yield "nobody's", ["999999999"]
            yield "no id", ["x"]
        case forms.ModelChoiceField():
            yield "nobody's", "999999999"
            yield "no id", "x"
        case forms.ChoiceField():
            yield "no choice", "no such choice"
        case forms.IntegerField():
            yield "no number", "many"
            yield "too great", "9" * 30
        case forms.DecimalField():
            yield "no number", "much"
            yield "too great", "9" * 40
            yield "too fine", str(Decimal("0.1") ** ((field.decimal_places or 0) + 1))
        case forms.DateTimeField() | forms.DateField() | forms.TimeField():
            yield "no date", "2026-02-30"
            yield "words", "tomorrow"
        case forms.EmailField():
            yield "no address", "nobody"
        case forms.URLField():
            yield "no address", "javascript:alert(1)"
        case forms.CharField():
            yield "a zero character", "a\0b"
    if isinstance(field, forms.CharField) and field.max_length:
        yield "too long", "x" * (field.max_length + 1)
