"""The OpenAPI 3.1 document, made from the declarations: columns are what is read, form fields what is written.

It tells what the product can do, not what one user may, and holds nothing of any company: forms are described by their
classes, never by one made for a user.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.conf import settings
from django.db import models
from django.forms import modelform_factory
from django.utils.html import strip_tags
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent

from core.access import Access
from core.api.problems import CONTENT_TYPE, KINDS
from core.api.values import LABEL
from core.resources import Resource
from core.resources.columns import Column, exists
from core.resources.filters import Filter
from core.resources.query import PAGE_SIZES, TERM_LENGTH
from core.resources.registry import resource_of, resources

if TYPE_CHECKING:
    from core.api.base import ResourceView

Json = dict[str, Any]
JSON = "application/json"
JSON_TYPES = {bool: "boolean", int: "integer"}
DECIMAL = r"^-?\d+(\.\d+)?$"


class _Everybody:
    """Stands for whoever may do everything, so that the document tells of every field."""

    pk = 0
    access = Access(0, administrator=True)


EVERYBODY = _Everybody()

# How the kinds of columns and form fields look in JSON.
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


@dataclass(frozen=True, slots=True)
class Operation:
    """What one method of an address does, for the document.

    `name` makes the operationId; `summary` may name the resource as %(rows)s and one row as %(row)s; `body`, `answer`
    and `parameters` describe them for a resource, `answer` of `status`; `problems` are codes of `problems.KINDS`.
    """

    name: str
    summary: StrOrPromise
    status: int = 200
    answer: Callable[[Resource], Json] | None = None
    body: Callable[[Resource], Json] | None = None
    parameters: Callable[[Resource], list[Json]] = lambda resource: []
    problems: tuple[str, ...] = ()


class ResourceSchema(AutoSchema):
    """Describes an address of a resource by the `operations` of its view."""

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: ComponentRegistry
    ) -> Json:
        """The operation object."""
        view = cast("ResourceView", self.view)
        resource, operation = view.resource, view.operation(method)
        names = {"rows": resource.label, "row": resource.singular}
        codes = ("signed-out", "permission", *(("missing",) if "{" in path else ()), *operation.problems)
        described: Json = {
            "operationId": f"{resource.name}_{operation.name}",
            "tags": [resource.name],
            "summary": str(operation.summary) % names,
            "description": _("Permission: `%(permission)s`.") % {"permission": resource.permission(view.verb(method))},
            "security": [{"session": [], "csrf": []} if method not in {"GET", "HEAD"} else {"session": []}],
            "parameters": [*_path_parameters(path), *operation.parameters(resource)],
            "responses": {str(operation.status): _answer(operation, resource), **_refusals(codes)},
        }
        if operation.body:
            described["requestBody"] = operation.body(resource)
        for name, component in _components(resource).items():
            _register(registry, name, component)
        return described


class Document(SchemaGenerator):
    """Collects the operations, and adds what all of them share."""

    def get_schema(self, request: Any = None, public: bool = True) -> Json:
        """The whole document in the active language."""
        for name, component in _shared().items():
            _register(self.registry, name, component)
        document: Json = super().get_schema(None, public=True)  # type: ignore[no-untyped-call]
        document["info"] |= {"title": settings.SPECTACULAR_SETTINGS["TITLE"], "description": introduction()}
        document["tags"] = [
            {"name": resource.name, "description": str(resource.label)} for resource in resources.values()
        ]
        document["components"]["securitySchemes"] = {
            "session": {
                "type": "apiKey",
                "in": "cookie",
                "name": settings.SESSION_COOKIE_NAME,
                "description": _("The session of a user signed in on the company's host."),
            },
            "csrf": {
                "type": "apiKey",
                "in": "header",
                "name": "X-CSRFToken",
                "description": _("The value of the cookie %(cookie)s, with everything that writes.")
                % {"cookie": settings.CSRF_COOKIE_NAME},
            },
        }
        return document


def document() -> Json:
    """The document in the active language; made once per process and language."""
    return _document(get_language())


@cache
def _document(language: str) -> Json:
    from django.urls import include, path

    return Document(patterns=[path("api/", include("core.api.urls"))]).get_schema()  # type: ignore[no-untyped-call]


def introduction() -> str:
    """What holds for every address."""
    return "\n\n".join(
        (
            _(
                "Rows, fields and actions are those that the roles of the signed-in user grant: a row out of reach "
                "does not exist, a hidden field is absent, a masked one holds text with stars, whatever its type."
            ),
            _(
                "Decimals and money are text, times are ISO 8601 in UTC, records are `{id, text}` when read and an id "
                "when written, a choice comes with its text in `<field>_label`."
            ),
            _(
                "`version` grows with every change. Send it in the body or in `If-Match` to be refused (409) when "
                "somebody else was faster; without it a PATCH applies to the record as it is."
            ),
            _(
                "Every error is `application/problem+json`; `errors` has a list of `{code, message}` for each field, "
                "`*` for the whole. Unknown and read-only fields are refused, and so are unknown parameters."
            ),
        )
    )


# What operations send and answer


def record_schema(resource: Resource) -> Json:
    """A record as it is read."""
    return _reference(resource, "")


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
    return _json_body(_reference(resource, "New"))


def replacement_body(resource: Resource) -> Json:
    """All values of a record."""
    return _json_body(_reference(resource, "Replacement"))


def changes_body(resource: Resource) -> Json:
    """Some values of a record."""
    return _json_body(_reference(resource, "Changes"))


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
    return lambda resource: _json_body(_input(form.base_fields))


def list_parameters(resource: Resource) -> list[Json]:
    """Filters, search, sort and page."""
    found = [_filter_parameter(filter_) for filter_ in resource.filters_for(EVERYBODY)]
    if resource.search:
        found.append(
            _parameter(
                "q",
                {"type": "string", "maxLength": TERM_LENGTH},
                _("Searches in the fields that the list searches in."),
            )
        )
    names = [sign + name for name in resource.sortable(EVERYBODY) for sign in ("", "-")]
    if names:
        found.append(
            _parameter(
                "sort", {"type": "string", "enum": names}, _("Sorts by the field, with `-` from the greatest down.")
            )
        )
    found.append(_parameter("page", {"type": "integer", "minimum": 1, "default": 1}, _("The number of the page.")))
    found.append(
        _parameter(
            "size", {"type": "integer", "enum": list(PAGE_SIZES), "default": 20}, _("How many rows a page holds.")
        )
    )
    return found


def if_match(resource: Resource) -> list[Json]:
    """The header that guards a write."""
    described = _("The version in quotation marks, as `ETag` gave it.")
    return [{"name": "If-Match", "in": "header", "schema": {"type": "string"}, "description": described}]


def _filter_parameter(filter_: Filter) -> Json:
    label = str(filter_.column.label)
    match filter_.kind:
        case "choice":
            values = [str(value) for value, _text in filter_.column.choices]
            return _parameter(filter_.name, {"type": "array", "items": {"type": "string", "enum": values}}, label)
        case "boolean":
            return _parameter(filter_.name, {"type": "array", "items": {"type": "string", "enum": ["0", "1"]}}, label)
        case "relation" | "option" | "many":
            items = {"type": "string", "pattern": r"^(\d+|me|none)$"}
            return _parameter(
                filter_.name, {"type": "array", "items": items}, _("%(field)s: ids, `me`, `none`.") % {"field": label}
            )
        case "date" | "datetime" | "number" | "money":
            return _parameter(
                filter_.name,
                {"type": "string"},
                _("%(field)s: one value, or `from..to` with either end open.") % {"field": label},
            )
    return _parameter(filter_.name, {"type": "string"}, _("%(field)s: contains the text.") % {"field": label})


def _parameter(name: str, schema: Json, description: str) -> Json:
    return {"name": name, "in": "query", "schema": schema, "description": description}


def _path_parameters(path: str) -> list[Json]:
    names = [part.strip("{}") for part in path.split("/") if part.startswith("{")]
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "integer"}} for name in names]


def _answer(operation: Operation, resource: Resource) -> Json:
    if operation.answer is None:
        return {"description": _("Done; there is nothing to tell.")}
    schema = operation.answer(resource)
    media_type = schema.get("contentMediaType", JSON)
    return {"description": _("Done."), "content": {media_type: {"schema": schema}}}


def _refusals(codes: Iterable[str]) -> Json:
    by_status: dict[int, list[str]] = {}
    for code in codes:
        by_status.setdefault(KINDS[code].status, []).append(f"`{code}`: {KINDS[code].title}")
    content = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        str(status): {"description": "; ".join(titles), "content": content}
        for status, titles in sorted(by_status.items())
    }


def _json_body(schema: Json) -> Json:
    return {"required": True, "content": {JSON: {"schema": schema}}}


def _reference(resource: Resource, suffix: str) -> Json:
    return {"$ref": f"#/components/schemas/{type(resource).__name__}{suffix}"}


# Components


def _register(registry: ComponentRegistry, name: str, schema: Json) -> None:
    component = ResolvedComponent(name, ResolvedComponent.SCHEMA, schema, object=name)  # type: ignore[no-untyped-call]
    registry.register_on_missing(component)


def _shared() -> dict[str, Json]:
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
                "uploaded_by": _or_null({"$ref": "#/components/schemas/Reference"}),
                "url": {"type": "string", "format": "uri"},
            },
        },
    }


def _components(resource: Resource) -> dict[str, Json]:
    name = type(resource).__name__
    found = {name: _output(resource)}
    if {"add", "change"} & set(resource.verbs):
        fields = modelform_factory(
            resource.model, form=resource.form, fields=resource.editable_fields(EVERYBODY)
        ).base_fields
        written = {field: form_field for field, form_field in fields.items() if field != "version"}
        values = _input(written)
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
        properties[name] = _column(resource.model, column)
        if column.choices:
            properties[name + LABEL] = {"type": "string"}
    required = [name for name in ("id", "version") if name in properties]
    return {"type": "object", "title": str(resource.singular), "properties": properties, "required": required}


def _column(model: type[models.Model], column: Column) -> Json:
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
    return described | (_or_null(schema) if nullable else schema)


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


def _or_null(schema: Json) -> Json:
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    if "type" not in schema:
        return schema
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return {**schema, "type": [*kinds, "null"]} | ({"enum": [*schema["enum"], None]} if "enum" in schema else {})


def _input(fields: Mapping[str, forms.Field]) -> Json:
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
    return described | (schema if never_null else _or_null(schema))


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
