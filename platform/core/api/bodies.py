"""What operations send and answer."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.utils.translation import gettext as _

from core.api.components import reference
from core.api.shapes import Json, input_shape
from core.resources import Resource

JSON = "application/json"


def record_schema(resource: Resource) -> Json:
    """A record as it is read."""
    return reference(resource)


def page_schema(resource: Resource) -> Json:
    """A page of the list."""
    return {
        "type": "object",
        "required": ["count", "more", "next", "previous", "results"],
        "properties": {
            "count": {"type": "integer", "description": _("How many rows match, exact unless `more`.")},
            "more": {"type": "boolean", "description": _("Whether there are more rows than were counted.")},
            "next": {"type": ["string", "null"], "format": "uri"},
            "previous": {"type": ["string", "null"], "format": "uri"},
            "results": {"type": "array", "items": record_schema(resource)},
        },
    }


def new_body(resource: Resource) -> Json:
    """The values of a new record."""
    return _json_body(reference(resource, "New"))


def replacement_body(resource: Resource) -> Json:
    """All values of a record."""
    return _json_body(reference(resource, "Replacement"))


def changes_body(resource: Resource) -> Json:
    """Some values of a record."""
    return _json_body(reference(resource, "Changes"))


def file_schema(resource: Resource) -> Json:
    """An attachment."""
    return {"$ref": "#/components/schemas/Attachment"}


def files_schema(resource: Resource) -> Json:
    """The attachments of a record."""
    return {"type": "array", "items": file_schema(resource)}


def file_content(resource: Resource) -> Json:
    """The content of an attachment."""
    return {"type": "string", "contentMediaType": "application/octet-stream"}


def file_body(resource: Resource) -> Json:
    """An upload."""
    part = {
        "type": "object",
        "required": ["file"],
        "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
    }
    return {"required": True, "content": {"multipart/form-data": {"schema": part}}}


def action_body(form: type[forms.Form]) -> Callable[[Resource], Json]:
    """The values that an action asks for."""
    return lambda resource: _json_body(input_shape(form.base_fields))


def _json_body(schema: Json) -> Json:
    return {"required": True, "content": {JSON: {"schema": schema}}}
