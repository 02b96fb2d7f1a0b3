"""A form for very many new rows, column by column: what it makes of a value is found out once for all that have it.

Only rows without a fault go this way. The form itself is asked about any other, so it alone says what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from core.records.filling import maker
from core.resources.custom import is_kept
from core.resources.forms import ResourceForm

KEPT = 1_000  # values of each column
ASKED_BY_ROW = ("full_clean", "clean", "_clean_fields", "_clean_form", "_post_clean")


class Passed(NamedTuple):
    """What form and model make of a value: the checked value, and what the record holds of it."""

    value: Any
    held: Mapping[str, Any]
    related: Mapping[str, Any]


def goes_by_columns(form: ResourceForm) -> bool:
    """Whether each field of the form is checked by itself: nothing of form or model is overridden that sees several.

    `clean` of the model is another matter: it is called for each row.
    """
    model = form._meta.model
    own = [name for name in ASKED_BY_ROW if getattr(type(form), name) is not getattr(forms.ModelForm, name)]
    own += [name for name in form.fields if hasattr(form, f"clean_{name}")]
    own += [name for name in ("full_clean", "clean_fields") if getattr(model, name) is not getattr(models.Model, name)]
    return not own and not any(field.disabled for field in form.fields.values())


class RowColumns:
    """The columns of a form that `goes_by_columns`; `defaults` are the texts of fields that a row leaves out."""

    def __init__(self, form: ResourceForm, defaults: Mapping[str, Any]) -> None:
        self._form = form
        self._defaults = defaults
        self._make = maker(form._meta.model)
        self._clean = form._meta.model.clean is not models.Model.clean
        self._columns = {name: _Column(form, name, self._make) for name in form.fields}
        self._blank: dict[str, Passed | None] | None = None

    def forget(self, name: str) -> None:
        """Something else may be chosen in a field from now on."""
        self._columns[name].known.clear()
        self._blank = None

    def passed(self, given: Mapping[str, Any]) -> tuple[dict[str, Any], Any] | None:
        """The checked values of a new row, in the order of the form, and an unsaved record that has them.

        None when something is wrong with the row, and the form is to say what.
        """
        blank = self._blanks()
        if any(name not in given for name in self._wrong_when_left_out):
            return None
        values, record = self._values.copy(), self._make()
        held, related = record.__dict__, record._state.fields_cache
        held.update(self._held)
        related.update(self._related)
        for name, raw in given.items():
            if name not in blank:
                continue
            found = self._columns[name].of(raw)
            if found is None:
                return None
            if name in values:
                values[name] = found.value
            held.update(found.held)
            if name in related or found.related:
                related.pop(name, None)
                related.update(found.related)
        if self._clean:
            try:
                record.clean()
            except ValidationError:
                return None
        return values, record

    def _blanks(self) -> Mapping[str, Passed | None]:
        """What each column is where a row leaves it out."""
        if self._blank is None:
            found = {
                name: column.of(self._defaults[name]) if name in self._defaults else column.left_out()
                for name, column in self._columns.items()
            }
            right = {name: one for name, one in found.items() if one is not None}
            self._wrong_when_left_out = found.keys() - right.keys()
            self._values = {
                name: one.value if (one := right.get(name)) else None
                for name in found
                if name != "version" and not (name in right and is_kept(right[name].value))
            }
            self._held = {key: value for one in right.values() for key, value in one.held.items()}
            self._related = {key: value for one in right.values() for key, value in one.related.items()}
            self._blank = found
        return self._blank


class _Column:
    """One field: as the form cleans it, as the record takes it, as the model checks it."""

    def __init__(self, form: ResourceForm, name: str, make: Callable[[], Any]) -> None:
        self._form = form
        self._name = name
        self._field = form.fields[name]
        self._column: Any = _own_column(form, name)
        self._record = make()  # takes one value after another
        self._at_first = self._column and self._record.__dict__.get(self._column.attname)
        self.known: dict[Hashable, Passed | None] = {}

    def of(self, raw: Any) -> Passed | None:
        """What becomes of the value of a row; None when it is refused."""
        key = tuple(raw) if isinstance(raw, list) else raw
        try:
            return self.known[key]
        except KeyError:
            if len(self.known) >= KEPT:
                self.known.clear()
            found = self.known[key] = self._judged({self._name: raw})
            return found

    def left_out(self) -> Passed | None:
        """What becomes of a row that says nothing of it."""
        return self._judged({})

    def _judged(self, data: Mapping[str, Any]) -> Passed | None:
        name, field, column = self._name, self._field, self._column
        raw = field.widget.value_from_datadict(data, {}, name)
        try:
            value = field.clean(raw, None) if isinstance(field, forms.FileField) else field.clean(raw)
            if column is None:
                return Passed(value, {}, {})
            record = self._record
            record.__dict__[column.attname] = self._at_first
            record._state.fields_cache.clear()
            empty = value in field.empty_values
            if not (empty and column.has_default() and field.widget.value_omitted_from_data(data, {}, name)):
                column.save_form_data(record, value)
            if not self._is_excluded(empty=empty):
                held = getattr(record, column.attname)
                if not (column.blank and held in column.empty_values):
                    setattr(record, column.attname, column.clean(held, record))
        except ValidationError:
            return None
        return Passed(value, {column.attname: record.__dict__[column.attname]}, dict(record._state.fields_cache))

    def _is_excluded(self, *, empty: bool) -> bool:
        """Whether the form keeps the model from checking it."""
        looked_up = self._name in self._form.looked_up
        return looked_up or (empty and not self._column.blank and not self._field.required)


def _own_column(form: ResourceForm, name: str) -> models.Field[Any, Any] | None:
    """The column of the record that the form fills by the field; None for what only the form has, and for sets."""
    said = form._meta
    if (said.fields and name not in said.fields) or (said.exclude and name in said.exclude):
        return None
    found = [field for field in said.model._meta.fields if field.name == name]
    return found[0] if found and found[0].editable and not isinstance(found[0], models.AutoField) else None
