"""批量修改: one field of many records gets one value."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.access import Actor
from core.records.base import Stored
from core.resources import Resource

EDIT = "edit"
ALIKE = (
    models.ForeignKey,
    models.CharField,
    models.TextField,
    models.BooleanField,
    models.DateField,
    models.DecimalField,
)


class EditForm(forms.Form):
    """Which field, and its value. The value's control is that of the record's own form."""

    field = forms.ChoiceField(label=_("Field to change"))

    def __init__(self, data: Any = None, *, resource: Resource, user: Actor) -> None:
        super().__init__(data)
        own = resource.form_for(user)
        names = [name for name in editable_at_once(resource, user) if name in own.fields]
        field = self.fields["field"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", ""), *((name, resource.column(name).label) for name in names)]
            field.widget.attrs["data-shows"] = "value"
        self.chosen = str(data.get("field", "")) if data is not None else ""
        for name in names:
            control = own.fields[name]
            control.required = control.required and name == self.chosen
            control.label = resource.column(name).label
            self.fields[f"value.{name}"] = control

    def clean(self) -> dict[str, Any]:
        """The name of the field, and its value alone."""
        cleaned = super().clean() or {}
        named = str(cleaned.get("field", ""))
        for name in [name for name in self.errors if name not in ("field", f"value.{named}")]:
            del self.errors[name]  # of a field that is not to be changed
        return {"field": named, "value": cleaned.get(f"value.{named}")}


def editable_at_once(resource: Resource, user: Actor) -> list[str]:
    """The fields that many records may have in common: none that must be each record's own."""
    unique = {
        name
        for constraint in resource.model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint)
        for name in (*constraint.fields, *_named(constraint))
    }
    named_by = next(iter(resource.columns), "")
    return [
        name
        for name in resource.editable_fields(user)
        if name not in unique and name != getattr(named_by, "name", named_by) and _is_plain(resource, name)
    ]


def edit_one(resource: Resource, record: Stored, name: str, value: Any, *, by: Actor) -> None:
    """Give one field of a record a value, as its form would: ValidationError when the record does not take it."""
    field = resource.model._meta.get_field(name)
    if not field.many_to_many:
        setattr(record, name, value)
        others = [other.name for other in resource.model._meta.fields if other.name != name]
        record.full_clean(exclude=others)
    resource.update(record, {name: value}, by=by)


def _is_plain(resource: Resource, name: str) -> bool:
    field = resource.model._meta.get_field(name)
    return field.many_to_many or isinstance(field, ALIKE)


def _named(constraint: models.UniqueConstraint) -> list[str]:
    """The fields in the expressions of a constraint."""
    expressions: Any = constraint.expressions
    parts = [part for whole in expressions for part in (whole.flatten() if hasattr(whole, "flatten") else [whole])]
    return [part.name for part in parts if isinstance(part, models.F)]  # type: ignore[attr-defined]  # it has one
