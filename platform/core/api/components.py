"""The components of the document: what every resource shares, and a record as it is read and as it is written."""

from __future__ import annotations

from django.utils.translation import gettext as _
from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent

from core.access import Access
from core.api.problems import KINDS
from core.api.shapes import Json, column_shape, input_shape, or_null
from core.api.values import LABEL
from core.resources import Resource
from core.resources.columns import exists
from core.resources.custom import form_field_of


class _Everybody:
    """Stands for whoever may do everything, so that the document tells of every field."""

    pk = 0
    access = Access(0, administrator=True)


EVERYBODY = _Everybody()


def register(registry: ComponentRegistry, name: str, schema: Json) -> None:
    """Make a component known, unless it is."""
    component = ResolvedComponent(name, ResolvedComponent.SCHEMA, schema, object=name)  # type: ignore[no-untyped-call]
    registry.register_on_missing(component)


def shared_components() -> dict[str, Json]:
    """The components that no resource declares."""
    error = {
        "type": "object",
        "required": ["code", "message"],
        "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
    }
    return {
        "Reference": {
            "type": "object",
            "description": _("Another record; the id is null where the field is masked."),
            "required": ["id", "text"],
            "properties": {"id": {"type": ["integer", "null"]}, "text": {"type": "string"}},
        },
        "Problem": {
            "type": "object",
            "required": ["type", "title", "status", "detail", "errors"],
            "properties": {
                "type": {"type": "string", "format": "uri-reference"},
                "title": {"type": "string"},
                "status": {"type": "integer"},
                "detail": {"type": "string"},
                "errors": {"type": "object", "additionalProperties": {"type": "array", "items": error}},
                "current": {"type": ["object", "null"], "description": str(KINDS["stale"].meaning)},
            },
        },
        "Attachment": {
            "type": "object",
            "required": ["id", "name", "content_type", "size", "uploaded_at", "uploaded_by", "url"],
            "properties": {
                "id": {"type": "integer"},
                "name": {"type": "string"},
                "content_type": {"type": "string"},
                "size": {"type": "integer", "description": _("in bytes")},
                "uploaded_at": {"type": "string", "format": "date-time"},
                "uploaded_by": or_null({"$ref": "#/components/schemas/Reference"}),
                "url": {"type": "string", "format": "uri"},
            },
        },
    }


def components_of(resource: Resource) -> dict[str, Json]:
    """A record as it is read, and the values of a new one, of a replacement, of a change."""
    name = type(resource).__name__
    found = {name: _output(resource)}
    if {"add", "change"} & set(resource.verbs):
        own = {field.name: form_field_of(field) for field in resource.custom_fields}
        fields = {**resource.form_class(EVERYBODY).base_fields, **own}
        written = {field: form_field for field, form_field in fields.items() if field != "version"}
        values = input_shape(written)
        versioned = {
            **values["properties"],
            "version": {"type": "integer", "description": _("The version that was read.")},
        }
        found[f"{name}New"] = values
        found[f"{name}Replacement"] = {**values, "properties": versioned}
        found[f"{name}Changes"] = {key: value for key, value in values.items() if key != "required"} | {
            "properties": versioned
        }
    return found


def _output(resource: Resource) -> Json:
    properties: Json = {"id": {"type": "integer"}}
    if exists(resource.model, "version"):
        properties["version"] = {"type": "integer", "description": _("Grows with every change.")}
    for name, column in resource.all_columns.items():
        properties[name] = column_shape(resource.model, column)
        if column.choices:
            properties[name + LABEL] = {"type": "string"}
    required = [name for name in ("id", "version") if name in properties]
    return {"type": "object", "title": str(resource.singular), "properties": properties, "required": required}


def reference(resource: Resource, suffix: str = "") -> Json:
    """Refers to a component of the resource: `New`, `Replacement`, `Changes`, or the record itself."""
    return {"$ref": f"#/components/schemas/{type(resource).__name__}{suffix}"}
