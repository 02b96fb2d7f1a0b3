"""The document of the API, a page to read it, and the answer where there is no address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.base import ApiView
from core.api.bodies import JSON
from core.api.problems import KINDS
from core.api.schema import document, introduction

DOCUMENT_TYPE = "application/vnd.oai.openapi+json;version=3.1"
METHODS = ("get", "post", "put", "patch", "delete")


class Schema(ApiView):
    """The OpenAPI document, in the user's language."""

    schema = None

    def get(self, request: Request) -> Response:
        """The document."""
        return Response(document(), content_type=DOCUMENT_TYPE)


class Nothing(ApiView):
    """Wherever no address is: a problem, as everywhere below /api/."""

    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Only the signed-in learn that there is nothing."""
        super().initial(request, *args, **kwargs)
        raise Http404


@dataclass(frozen=True, slots=True)
class Field:
    """A line of a table of fields or parameters."""

    name: str
    title: str
    type: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An operation as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: list[Field]
    body: list[Field]
    answers: list[tuple[str, str]]
    curl: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """A resource as the page shows it."""

    name: str
    label: str
    fields: list[Field]
    entries: list[Entry]


@login_required
def docs(request: HttpRequest) -> HttpResponse:
    """The document, to be read."""
    whole = document()
    chapters = [
        Chapter(
            tag["name"],
            tag["description"],
            _record_fields(whole, tag["name"]),
            list(_entries(whole, tag["name"], request)),
        )
        for tag in whole["tags"]
    ]
    response = render(
        request,
        "api/docs.html",
        {"chapters": chapters, "problems": KINDS.values(), "introduction": introduction().split("\n\n")},
    )
    add_never_cache_headers(response)
    return response


def _record_fields(whole: Mapping[str, Any], tag: str) -> list[Field]:
    answer = whole["paths"][f"/api/{tag}/"]["get"]["responses"]["200"]["content"][JSON]["schema"]
    return _fields(_resolved(whole, answer["properties"]["results"]["items"]))


def _entries(whole: Mapping[str, Any], tag: str, request: HttpRequest) -> Iterator[Entry]:
    for path, methods in whole["paths"].items():
        for method in METHODS:
            operation = methods.get(method)
            if operation is None or tag not in operation["tags"]:
                continue
            content = operation.get("requestBody", {}).get("content", {})
            body = _fields(_resolved(whole, next(iter(content.values()))["schema"])) if content else []
            yield Entry(
                operation["operationId"],
                method.upper(),
                path,
                operation["summary"],
                operation["description"],
                [
                    Field(
                        each["name"],
                        "",
                        _type(each["schema"]),
                        each.get("required", False),
                        each.get("description", ""),
                    )
                    for each in operation.get("parameters", [])
                ],
                body,
                [(status, answer["description"]) for status, answer in operation["responses"].items()],
                _curl(request, method.upper(), path, body, multipart="multipart/form-data" in content),
            )


def _resolved(whole: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in schema:
        return schema
    found: Mapping[str, Any] = whole["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


def _fields(schema: Mapping[str, Any]) -> list[Field]:
    required = schema.get("required", [])
    return [
        Field(name, each.get("title", ""), _type(each), name in required, each.get("description", ""))
        for name, each in schema["properties"].items()
    ]


def _type(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return "{id, text}"
    if "anyOf" in schema:
        return " | ".join(_type(each) for each in schema["anyOf"])
    kinds = schema.get("type", "any")
    text = " | ".join(kinds) if isinstance(kinds, list) else str(kinds)
    if text.startswith("array"):
        text = text.replace("array", f"[{_type(schema['items'])}]", 1)
    return f"{text} ({schema['format']})" if "format" in schema else text


def _curl(request: HttpRequest, method: str, path: str, body: list[Field], *, multipart: bool) -> str:
    lines = [
        f"curl -X {method} '{request.build_absolute_uri(path.replace('{', '').replace('}', ''))}'",
        "-b cookies.txt",
    ]
    if method != "GET":
        lines.append('-H "X-CSRFToken: $TOKEN"')
    if multipart:
        lines.append("-F file=@offer.pdf")
    elif body:
        shown = [field for field in body if field.required] or body[:1]
        values = ", ".join(f'"{field.name}": {_sample(field.type)}' for field in shown)
        lines += ["-H 'Content-Type: application/json'", f"-d '{{{values}}}'"]
    return " \\\n  ".join(lines)


def _sample(kind: str) -> str:
    samples = {"integer": "1", "number": "1.5", "boolean": "true", "[": "[1]"}
    return next((sample for start, sample in samples.items() if kind.startswith(start)), '"…"')
