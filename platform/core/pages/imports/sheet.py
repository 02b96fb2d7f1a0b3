"""Rows of a file as rows of the form: read, looked up, checked, a chunk at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils.translation import gettext as _

from core.access import Actor
from core.jobs.run import JobFailed
from core.pages.imports.columns import importable
from core.pages.imports.references import References
from core.pages.imports.spelling import parts, speller
from core.records.base import Stored
from core.resources import Resource, ResourceForm
from core.resources.row_forms import RowForms, offer

Errors = dict[str, list[str]]
"""{name of a field, or nothing for the whole row: messages}"""


@dataclass(slots=True)
class SheetRow:
    """One row: what stands in it as the form takes it, and what the form said of it as a new record.

    `cells` are the texts by field; `given` leaves out the empty ones. `values` are the checked values, and `record`
    holds them, unsaved, as far as they passed. `unique` is what must be so about it, once that was asked.
    """

    place: int
    number: int
    cells: dict[str, str]
    given: dict[str, Any] = field(default_factory=dict)
    unread: Errors = field(default_factory=dict)
    errors: Errors = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    record: Any = None
    unique: list[Any] | None = None


class Sheet:
    """Reads rows of one resource as one user may import them.

    JobFailed when a column is meant for a field that the user can't fill in any more.
    """

    def __init__(self, resource: Resource, user: Actor, columns: Mapping[int, str]) -> None:
        self.resource = resource
        self.user = user
        self.row_forms = RowForms(resource, user)
        fields = importable(resource, user, self.row_forms)
        if lost := [name for name in columns.values() if name not in fields]:
            raise JobFailed(_("You can no longer fill in: %(fields)s.") % {"fields": ", ".join(lost)})
        self.fields = {name: fields[name] for name in columns.values()}
        self._columns = columns
        self._spellers = {name: speller(one) for name, one in self.fields.items()}
        self._references = {
            name: References(cast(Any, one.field).queryset, user)
            for name, one in self.fields.items()
            if isinstance(one.field, forms.ModelChoiceField)
        }
        self._hold_defaults()

    def read(self, rows: Sequence[Sequence[Any]]) -> list[SheetRow]:
        """The rows of a chunk, each checked as a new record."""
        found = [
            SheetRow(place, number, {name: _cell(cells, index) for index, name in self._columns.items()})
            for place, (number, cells) in enumerate(rows)
        ]
        for name, references in self._references.items():
            references.prepare(text for row in found for text in self._texts(name, row.cells[name]))
            self.row_forms.offer(name, references.records.values())
        for row in found:
            self._spell(row)
            self._check(row)
        return found

    def as_new(self, row: SheetRow, *, all_the_same: bool = False) -> ResourceForm:
        """The form with the row as a new record, and as one more of its kind if need be; the row keeps what it says."""
        said = {self.resource.all_the_same: "on"} if all_the_same and self.resource.all_the_same else {}
        form = self.row_forms.filled({**row.given, **said})
        row.errors = _merged(row.unread, messages_of(form))
        row.values = form.values
        row.record = form.instance
        return form

    def _check(self, row: SheetRow) -> None:
        """The row as a new record; the form is asked where there is something to say."""
        passed = None if row.unread else self.row_forms.passed(row.given)
        if passed is None:
            self.as_new(row)
        else:
            row.values, row.record = passed

    def as_change(self, row: SheetRow, record: Stored) -> ResourceForm:
        """The form of a stored record with the row's cells in it; empty cells leave the values as they are."""
        form = self.resource.form_for(self.user, record, data={"version": record.version, **row.given}, only=row.given)
        for name, references in self._references.items():
            if name in form.fields:
                offer(form, name, references.records.values())
        return form

    def _spell(self, row: SheetRow) -> None:
        for name, text in row.cells.items():
            if not text:
                continue
            try:
                if name in self._references:
                    row.given[name] = self._keys(name, text)
                else:
                    row.given[name] = self._spellers[name](text)
            except ValueError as error:
                row.unread[name] = [str(error)]

    def _keys(self, name: str, text: str) -> Any:
        references = self._references[name]
        if self._several(name):
            return [references.key(part) for part in parts(text)]
        return references.key(text)

    def _texts(self, name: str, text: str) -> Iterable[str]:
        return parts(text) if self._several(name) else [text] * bool(text)

    def _several(self, name: str) -> bool:
        return isinstance(self.fields[name].field, forms.ModelMultipleChoiceField)

    def _hold_defaults(self) -> None:
        """Records that the form chooses by itself (the owner) need no query for each row either."""
        for name, one in self.row_forms.fields.items():
            if not isinstance(one, forms.ModelChoiceField):
                continue
            held = _held(cast(Any, one).queryset, self.row_forms.defaults.get(name))
            if name in self._references:
                self._references[name].also(held)
            else:
                self.row_forms.offer(name, held)


def messages_of(form: forms.BaseForm) -> Errors:
    """What the form says, by field; what is about no field of its own under nothing."""
    return {
        "" if name == NON_FIELD_ERRORS else name: [str(message) for message in messages]
        for name, messages in form.errors.items()
    }


def errors_of(error: ValidationError) -> Errors:
    """What a service says, by field."""
    if not hasattr(error, "error_dict"):
        return {"": error.messages}
    return {"" if name == NON_FIELD_ERRORS else name: messages for name, messages in error.message_dict.items()}


def _merged(first: Errors, second: Errors) -> Errors:
    """Both; a cell that could not be read is said to be that, and not that it is empty."""
    return {**second, **first}


def _cell(cells: Sequence[str], index: int) -> str:
    return cells[index] if index < len(cells) else ""


def _held(rows: models.QuerySet[Any], value: Any) -> list[models.Model]:
    keys = value if isinstance(value, list | tuple) else [] if value in (None, "") else [value]
    return list(rows.filter(pk__in=keys)) if keys else []
