"""What an address of the API takes beside its body: filters, search, sort, page, headers, parts of the path."""

from __future__ import annotations

from django.utils.translation import gettext as _

from core.api.components import EVERYBODY
from core.api.shapes import Json
from core.resources import Resource
from core.resources.filters import Filter
from core.resources.query import PAGE_SIZES
from core.resources.searching import TERM_LENGTH
from core.resources.views import Flag


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


def path_parameters(path: str) -> list[Json]:
    """The ids in the path."""
    names = [part.strip("{}") for part in path.split("/") if part.startswith("{")]
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "integer"}} for name in names]


def _filter_parameter(filter_: Filter | Flag) -> Json:
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
