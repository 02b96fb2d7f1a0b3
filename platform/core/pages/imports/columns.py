"""What can be imported into a resource, and which heading of a file means which field."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.utils import translation

from core.access import Actor
from core.pages.models import ListSettings
from core.resources import Resource
from core.resources.columns import Column, exists
from core.resources.row_forms import RowForms

NOT_IN_A_FILE = (forms.FileField, forms.JSONField)


@dataclass(frozen=True, slots=True)
class Importable:
    """A field of the form that a column of a file can fill."""

    name: str
    field: forms.Field
    column: Column | None
    has_default: bool

    @property
    def label(self) -> str:
        """What the form calls it."""
        return str(self.field.label)

    @property
    def required(self) -> bool:
        """Whether every row needs a value, the form having none of its own."""
        return self.field.required and not self.has_default and not isinstance(self.field, forms.BooleanField)

    @property
    def secret(self) -> bool:
        """Whether its values are never shown, and not kept once the import is over."""
        return isinstance(self.field.widget, forms.PasswordInput)

    @property
    def words(self) -> Sequence[tuple[Any, Any]]:
        """Its values with what they are called: the choices of the form, and those of the list's column."""
        given = self.field.choices if isinstance(self.field, forms.ChoiceField) else ()
        own = [] if isinstance(self.field, forms.ModelChoiceField) else [one for one in _flat(given) if one[0] != ""]
        of_list = self.column.choices if self.column else ()
        return [*own, *(one for one in of_list if str(one[1]) not in {str(label) for _value, label in own})]


def importable(resource: Resource, user: Actor, row_forms: RowForms | None = None) -> dict[str, Importable]:
    """What this user can import, by name: the fields of the form, as far as a cell can hold them."""
    row_forms = row_forms or RowForms(resource, user)
    found = {}
    for name, field in row_forms.fields.items():
        if isinstance(field, NOT_IN_A_FILE) or field.widget.is_hidden:
            continue
        column = resource.all_columns.get(name) or (resource.column(name) if exists(resource.model, name) else None)
        found[name] = Importable(name, field, column, name in row_forms.defaults)
    return found


def guessed(
    headings: Sequence[str],
    fields: Mapping[str, Importable],
    remembered: Mapping[str, str],
    others: Mapping[str, Sequence[str]] | None = None,
) -> dict[int, str]:
    """Which field each column holds: as this user told before, else by the field's labels in all languages.

    `others` are further headings of fields: for columns that are no field's label, and fields that no label named.
    """
    said = [plain(heading) for heading in headings]
    labels = _labels(fields.values())
    further = {plain(other): name for name, given in (others or {}).items() for other in given}
    mapping: dict[int, str] = {}
    for known in (labels, further):
        for index, heading in enumerate(said):
            name = remembered.get(heading, known.get(heading, ""))
            if index not in mapping and name in fields and name not in mapping.values():
                mapping[index] = name
    return dict(sorted(mapping.items()))


def remembered_by(user: Actor, resource: Resource) -> Mapping[str, str]:
    """{heading: field}, as the user last told."""
    found: Mapping[str, str] = ListSettings.of(user, resource.name).import_columns
    return found


def remember(user: Actor, resource: Resource, headings: Sequence[str], mapping: Mapping[int, str]) -> None:
    """Keep what the user told of these headings; of one that is left out, that it is."""
    kept = ListSettings.of(user, resource.name)
    told = {plain(heading): mapping.get(index, "") for index, heading in enumerate(headings) if plain(heading)}
    kept.import_columns = {**kept.import_columns, **told}
    kept.save()


def plain(heading: str) -> str:
    """A heading without what tells nothing: case, spaces, stars, brackets with remarks."""
    text = unicodedata.normalize("NFKC", heading).casefold().partition("(")[0]
    return "".join(character for character in text if character.isalnum())


def _labels(fields: Iterable[Importable]) -> dict[str, str]:
    labels: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for one in fields:
                given = [one.field.label, one.column.label if one.column else "", one.name]
                for label in given:
                    labels.setdefault(plain(str(label)), one.name)
    return labels


def _flat(choices: Any) -> Iterable[tuple[Any, Any]]:
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from _flat(label)
        else:
            yield value, label
