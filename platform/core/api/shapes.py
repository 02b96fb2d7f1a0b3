"""How columns, form fields and their choices look in JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from django import forms
from django.db import models
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from core.resources.columns import Column
from core.resources.registry import resource_of

Json = dict[str, Any]
JSON_TYPES = {bool: "boolean", int: "integer"}
DECIMAL = r"^-?\d+(\.\d+)?$"

# The kinds of columns and form fields.
KINDS_AS_JSON: Mapping[str, Json] = {
    "text": {"type": "string"},
    "long_text": {"type": "string"},
    "email": {"type": "string", "format": "email"},
    "url": {"type": "string", "format": "uri"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "time": {"type": "string", "format": "time"},
    "money": {"type": "string", "format": "decimal", "pattern": DECIMAL},
    "file": {"type": "string"},
    "relation": {"$ref": "#/components/schemas/Reference"},
    "option": {"$ref": "#/components/schemas/Reference"},
    "many": {"type": "array", "items": {"$ref": "#/components/schemas/Reference"}},
    "json": {},
}
INPUTS: Sequence[tuple[type[forms.Field], Json]] = (
    (forms.JSONField, {}),
    (forms.ModelMultipleChoiceField, {"type": "array", "items": {"type": "integer"}}),
    (forms.ModelChoiceField, {"type": "integer"}),
    (forms.BooleanField, {"type": "boolean"}),
    (forms.DecimalField, {"type": "string", "format": "decimal", "pattern": DECIMAL}),
    (forms.FloatField, {"type": "number"}),
    (forms.IntegerField, {"type": "integer"}),
    (forms.DateTimeField, {"type": "string", "format": "date-time"}),
    (forms.DateField, {"type": "string", "format": "date"}),
    (forms.TimeField, {"type": "string", "format": "time"}),
    (forms.EmailField, {"type": "string", "format": "email"}),
    (forms.URLField, {"type": "string", "format": "uri"}),
)


def column_shape(model: type[models.Model], column: Column) -> Json:
    """A column of a record as it is read."""
    described: Json = {"title": str(column.label)} | (
        {"description": strip_tags(str(column.help))} if column.help else {}
    )
    field: Any = model._meta.get_field(column.name) if column.value is None else None
    if field is None and column.kind == "number":
        return described | {"type": ["number", "string", "null"]}
    schema = (
        _choices(column.choices)
        if column.choices
        else _number(field)
        if column.kind == "number"
        else KINDS_AS_JSON.get(column.kind, {"type": "string"})
    )
    nullable = field is None or getattr(field, "null", False) or column.kind == "file"
    return described | (or_null(schema) if nullable else schema)


def _number(field: models.Field[Any, Any]) -> Json:
    match field:
        case models.DecimalField():
            return dict(KINDS_AS_JSON["money"])
        case models.FloatField():
            return {"type": "number"}
    return {"type": "integer"}


def _choices(choices: Iterable[tuple[Any, StrOrPromise]]) -> Json:
    known = [(value, str(text)) for value, text in choices]
    if not known:
        return {"type": "string", "description": ""}  # they are the company's own
    types = {JSON_TYPES.get(type(value), "string") for value, _text in known}
    return {
        "type": types.pop() if len(types) == 1 else sorted(types),
        "enum": [value for value, _text in known],
        "description": ", ".join(f"`{_literal(value)}` {text}" for value, text in known),
    }


def _literal(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def or_null(schema: Json) -> Json:
    """The same, or null."""
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    if "type" not in schema:
        return schema
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return {**schema, "type": [*kinds, "null"]} | ({"enum": [*schema["enum"], None]} if "enum" in schema else {})


def input_shape(fields: Mapping[str, forms.Field]) -> Json:
    """An object with the values of a form; files are sent another way."""
    properties = {
        name: _form_field(name, field) for name, field in fields.items() if not isinstance(field, forms.FileField)
    }
    required = [
        name
        for name in properties
        if fields[name].required and fields[name].initial is None and not isinstance(fields[name], forms.BooleanField)
    ]
    return {"type": "object", "properties": properties, "additionalProperties": False} | (
        {"required": required} if required else {}
    )


def _form_field(name: str, field: forms.Field) -> Json:
    described: Json = {"title": str(field.label or name)}
    notes = [strip_tags(str(field.help_text))] if field.help_text else []
    if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        schema = _choices(
            (value, text)
            for value, text in _flat(cast("Iterable[Any]", field.choices))
            if value != "" or not field.required
        )
        notes.append(schema.pop("description"))
        if isinstance(field, forms.MultipleChoiceField):
            schema = {"type": "array", "items": schema}
    else:
        schema = dict(next((shape for kind, shape in INPUTS if isinstance(field, kind)), {"type": "string"}))
    if isinstance(field, forms.ModelChoiceField):
        notes.append(_pointing_to(field))
    for attribute, keyword in (("max_length", "maxLength"), ("min_value", "minimum"), ("max_value", "maximum")):
        limit = getattr(field, attribute, None)
        if isinstance(limit, int) and schema.get("type") in {"string", "integer"} and "pattern" not in schema:
            schema[keyword] = limit
    if notes := [note for note in notes if note]:
        described["description"] = " ".join(notes)
    never_null = field.required or isinstance(field, forms.BooleanField)
    return described | (schema if never_null else or_null(schema))


def _flat(choices: Iterable[Any]) -> Iterable[tuple[Any, Any]]:
    for value, text in choices:
        yield from text if isinstance(text, list | tuple) else [(value, text)]


def _pointing_to(field: forms.ModelChoiceField[Any]) -> str:
    model = field.queryset.model if field.queryset is not None else None
    try:
        target = resource_of(model) if model else None
    except KeyError:
        target = None
    return _("Id of a row of `/api/%(name)s/`.") % {"name": target.name} if target else ""
