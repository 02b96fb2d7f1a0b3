"""The OpenAPI 3.1 document, made from the declarations: columns are what is read, form fields what is written.

It tells what the product can do, not what one user may: forms are described by their classes, never by one made for a
user. Of a company it holds the fields that it has added to its modules, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry

from core.api.bodies import JSON
from core.api.components import components_of, register, shared_components
from core.api.parameters import path_parameters
from core.api.problems import CONTENT_TYPE, KINDS
from core.api.shapes import Json
from core.db import current_company
from core.records.custom import stamp
from core.resources import Resource
from core.resources.registry import resources

if TYPE_CHECKING:
    from core.api.base import ResourceView


DOCUMENTS_KEPT = 16


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
            "parameters": [*path_parameters(path), *operation.parameters(resource)],
            "responses": {str(operation.status): _answer(operation, resource), **_refusals(codes)},
        }
        if operation.body:
            described["requestBody"] = operation.body(resource)
        for name, component in components_of(resource).items():
            register(registry, name, component)
        return described


class Document(SchemaGenerator):
    """Collects the operations, and adds what all of them share."""

    def get_schema(self, request: Any = None, public: bool = True) -> Json:
        """The whole document in the active language."""
        for name, component in shared_components().items():
            register(self.registry, name, component)
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
    """The document in the active language; kept by the process, with each company's own fields by their stamp."""
    known_by = stamp()
    return _document(get_language(), str(current_company().uuid) if known_by else "", known_by)


@lru_cache(DOCUMENTS_KEPT)
def _document(language: str, company: str, known_by: str) -> Json:
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
