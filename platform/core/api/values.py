"""Values on their way out as JSON, and in as the data of a form."""

from __future__ import annotations

import datetime
import decimal
import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.files.base import File
from django.db import models
from django.utils.translation import gettext as _

from core.access import Actor
from core.api.problems import error
from core.records.base import Stored
from core.resources import Resource
from core.resources.columns import Cell

MULTIPLE = (forms.MultipleChoiceField, forms.ModelMultipleChoiceField)
LABEL = "_label"  # added to the name of a choice for the field that holds its text


def represented(resource: Resource, record: Stored, user: Actor) -> dict[str, Any]:
    """The record as the user may see it: id, version, and every column that is not hidden from them."""
    body: dict[str, Any] = {"id": record.pk}
    if hasattr(record, "version"):
        body["version"] = record.version
    for column in resource.choosable_columns(user):
        cell = resource.cell(record, column, user)
        body[column.name] = _outgoing(cell)
        if column.choices:
            body[column.name + LABEL] = cell.text
    return body


def _outgoing(cell: Cell) -> Any:
    if cell.masked:
        return {"id": None, "text": cell.text} if cell.column.kind in {"relation", "option"} else cell.text
    return plain(cell.value)


def plain(value: Any) -> Any:
    """The value as JSON holds it: decimals as text, times in UTC, records as their id and text, files by name."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case decimal.Decimal():
            return format(value, "f")
        case datetime.datetime():
            return value.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")
        case datetime.date() | datetime.time():
            return value.isoformat()
        case models.Model():
            return {"id": value.pk, "text": str(value)}
        case File():
            return value.name.rpartition("/")[2] if value.name else None
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset() | models.QuerySet():
            return [plain(item) for item in value]
    return str(value)


class FormData:
    """The data of a form made from a JSON object, and the errors of what can't be put into a form at all."""

    def __init__(
        self,
        form: forms.BaseForm,
        given: Mapping[str, Any],
        *,
        left_out: forms.BaseForm | None = None,
        readable: frozenset[str] = frozenset(),
    ) -> None:
        """`form` is unbound and names the fields; `left_out`, else itself, has the values of those that are not given.

        `readable` names what is shown but not taken.
        """
        self.errors: dict[str, list[dict[str, str]]] = {}
        self.data: dict[str, Any] = {}
        held = left_out or form
        for name, form_field in form.fields.items():
            if name not in given:
                if name in held.fields:
                    self._put(
                        name, form_field, _entered(form_field, held.get_initial_for_field(held.fields[name], name))
                    )
            elif isinstance(form_field, forms.FileField):
                self.errors[name] = [error("read_only", _("Files can't be sent in JSON."))]
            else:
                self._take(name, form_field, given[name])
        for name in given.keys() - form.fields.keys():
            known = name in readable or name.removesuffix(LABEL) in readable
            self.errors[name] = [
                error("read_only", _("“%(name)s” can't be set.") % {"name": name})
                if known
                else error("unknown", _("There is no field “%(name)s”.") % {"name": name[:60]})
            ]

    def _take(self, name: str, form_field: forms.Field, value: Any) -> None:
        try:
            self._put(name, form_field, _incoming(form_field, value))
        except TypeError as wrong:
            self.errors[name] = [error("wrong_type", str(wrong))]

    def _put(self, name: str, form_field: forms.Field, value: Any) -> None:
        if value is False and isinstance(form_field.widget, forms.CheckboxInput):
            return  # a browser does not send an empty check box
        empty: Any = [] if isinstance(form_field, MULTIPLE) else ""
        self.data[name] = empty if value is None else value


def _incoming(form_field: forms.Field, value: Any) -> Any:
    """What a person would have entered for the JSON value; TypeError, with a message for the user, for a wrong kind."""
    if value is None:
        return None
    if isinstance(form_field, forms.JSONField):
        return json.dumps(value, default=str)
    if isinstance(form_field, MULTIPLE):
        if not isinstance(value, list):
            raise TypeError(_("A list is expected."))
        return [_scalar(_id_of(item)) for item in value]
    if isinstance(form_field, forms.NullBooleanField | forms.BooleanField):
        if not isinstance(value, bool):
            raise TypeError(_("true or false is expected."))
        return value
    if isinstance(form_field, forms.ModelChoiceField):
        return _scalar(_id_of(value))
    if isinstance(form_field, forms.ChoiceField | forms.DecimalField | forms.IntegerField):
        return _scalar(value)
    if not isinstance(value, str):
        raise TypeError(_("Text is expected."))
    return value


def _id_of(value: Any) -> Any:
    return value["id"] if isinstance(value, dict) and "id" in value else value


def _scalar(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | decimal.Decimal):
        raise TypeError(_("A single value is expected."))
    return str(value)


def _entered(form_field: forms.Field, held: Any) -> Any:
    """A value that a record holds, or a default, as a form would send it back."""
    if isinstance(form_field, forms.JSONField):
        return form_field.prepare_value(held)
    match held:
        case None | bool() | str():
            return held
        case models.Model():
            return str(held.pk)
        case datetime.datetime() | datetime.date() | datetime.time():
            return held.isoformat()
        case list() | tuple() | models.QuerySet():
            return [_entered(form_field, item) for item in held]
    return str(held)
