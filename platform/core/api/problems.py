"""Errors as the API answers them: `application/problem+json` (RFC 9457), in the user's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, RequestDataTooBig, SuspiciousOperation, ValidationError
from django.core.exceptions import PermissionDenied as NotPermitted
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise
from rest_framework import exceptions
from rest_framework.response import Response

from core.resources.query import Problem as QueryProblem

CONTENT_TYPE = "application/problem+json"
WHOLE = "*"  # the key of errors that concern no single field


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: the last part of its `type`, its status, its title, and what it means for a client."""

    code: str
    status: int
    title: StrOrPromise
    meaning: StrOrPromise


KINDS: Mapping[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind(
            "query",
            400,
            gettext_lazy("The query was not understood"),
            gettext_lazy("A parameter of the address is unknown or has a wrong value; `errors` names it."),
        ),
        Kind(
            "body",
            400,
            gettext_lazy("The body was not understood"),
            gettext_lazy("The body is no JSON object, or a header can't be read."),
        ),
        Kind(
            "values",
            400,
            gettext_lazy("Values were refused"),
            gettext_lazy("`errors` tells for each field what is wrong with it; nothing was stored."),
        ),
        Kind(
            "signed-out", 401, gettext_lazy("Not signed in"), gettext_lazy("Sign in on the company's own host first.")
        ),
        Kind(
            "permission",
            403,
            gettext_lazy("Not permitted"),
            gettext_lazy("No role of the user grants it, or the CSRF token is missing."),
        ),
        Kind(
            "missing",
            404,
            gettext_lazy("Not found"),
            gettext_lazy("There is no such record among those the user may act on, or no such address."),
        ),
        Kind(
            "method",
            405,
            gettext_lazy("Method not allowed"),
            gettext_lazy("The header `Allow` lists the methods of the address."),
        ),
        Kind(
            "stale",
            409,
            gettext_lazy("Changed by somebody else"),
            gettext_lazy("The record moved on since it was read; `current` is the record as it is now."),
        ),
        Kind(
            "refused",
            409,
            gettext_lazy("Refused as things stand"),
            gettext_lazy("The record's state does not allow it, or other records refer to it."),
        ),
        Kind("size", 413, gettext_lazy("Too large"), gettext_lazy("The body is larger than what is taken.")),
        Kind(
            "media-type",
            415,
            gettext_lazy("Unsupported media type"),
            gettext_lazy("Send JSON, and files as multipart/form-data."),
        ),
        Kind(
            "throttled",
            429,
            gettext_lazy("Too many requests"),
            gettext_lazy("Wait for the seconds in the header `Retry-After`."),
        ),
    )
}


@dataclass
class Problem(Exception):
    """A refusal, raised anywhere below a view of the API and answered by it.

    `errors` maps a field (or parameter, or WHOLE) to its errors, each with `code` and `message`; `current` is the
    record as it is now, for a stale edit.
    """

    code: str
    detail: StrOrPromise = ""
    errors: Mapping[str, list[dict[str, str]]] = field(default_factory=dict)
    current: Mapping[str, Any] | None = None

    @property
    def kind(self) -> Kind:
        """What kind of problem it is."""
        return KINDS[self.code]

    def response(self) -> Response:
        """The answer that states the problem."""
        body: dict[str, Any] = {
            "type": f"/api/docs/#{self.code}",
            "title": str(self.kind.title),
            "status": self.kind.status,
            "detail": str(self.detail or self.kind.meaning),
            "errors": self.errors,
        }
        if self.current is not None:
            body["current"] = self.current
        return Response(body, self.kind.status, content_type=CONTENT_TYPE)


def error(code: str, message: StrOrPromise) -> dict[str, str]:
    """One error of a field."""
    return {"code": code or "invalid", "message": str(message)}


def refused_values(errors: Mapping[str, list[dict[str, str]]]) -> Problem:
    """The problem of values that were refused, each at its field."""
    return Problem("values", _("Nothing was stored: see the errors of each field."), errors)


def of_query(problems: Iterable[QueryProblem]) -> Problem:
    """The problem of parameters that were not understood."""
    errors: dict[str, list[dict[str, str]]] = {}
    for problem in problems:
        errors.setdefault(problem.parameter, []).append(error("invalid", problem.message))
    return Problem("query", _("A parameter of the address was not understood: see the errors."), errors)


def errors_of(refusal: ValidationError) -> dict[str, list[dict[str, str]]]:
    """What a service refused, by field."""
    by_field = refusal.error_dict if hasattr(refusal, "error_dict") else {NON_FIELD_ERRORS: refusal.error_list}
    return {
        WHOLE if name == NON_FIELD_ERRORS else name: [
            error(one.code or "", message) for one in errors for message in one.messages
        ]
        for name, errors in by_field.items()
    }


def of_exception(exception: Exception) -> Problem | None:
    """The problem that an exception stands for; None for one that nobody foresaw."""
    match exception:
        case Problem():
            return exception
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return Problem("signed-out")
        case exceptions.PermissionDenied():
            return Problem("permission", str(exception.detail))
        case NotPermitted():
            return Problem("permission", str(exception))
        case Http404() | exceptions.NotFound():
            return Problem("missing")
        case exceptions.MethodNotAllowed():
            return Problem("method")
        case exceptions.UnsupportedMediaType():
            return Problem("media-type")
        case exceptions.Throttled():
            return Problem("throttled")
        case RequestDataTooBig():
            return Problem("size")
        case exceptions.ParseError():
            return Problem("body", str(exception.detail))
        case SuspiciousOperation():
            return Problem("body")
        case ValidationError():
            return refused_values(errors_of(exception))
    return None
