"""What every address of the API has in common: sign-in, JSON in and out, problems, permission before rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar, TypeVar, cast

from django.core.signals import got_request_exception
from django.http import Http404
from django.utils.log import log_response
from django.utils.translation import gettext as _
from rest_framework.exceptions import PermissionDenied
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access import Actor
from core.api import problems
from core.api.authentication import SessionSignIn
from core.api.parsers import ObjectParser
from core.api.schema import Operation, ResourceSchema
from core.api.values import represented
from core.records.base import Stored
from core.resources import Resource

V = TypeVar("V", bound="ResourceView")


class OnlyJSON(BaseContentNegotiation):
    """Answers JSON whatever the client says it would rather have; reads what the content type says."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        """The parser of the body's content type, or None."""
        kind = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == kind), None)

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """JSON."""
        only = next(iter(renderers))
        return only, only.media_type or ""


class ApiView(APIView):
    """What every address of the API has in common: sign-in, JSON, problems."""

    authentication_classes = (SessionSignIn,)
    permission_classes = (IsAuthenticated,)
    parser_classes: Sequence[type[BaseParser]] = (ObjectParser,)
    renderer_classes = (JSONRenderer,)
    content_negotiation_class = OnlyJSON
    metadata_class = None
    throttle_classes = ()

    @property
    def user(self) -> Actor:
        """Who asks; every address wants a signed-in user."""
        return cast(Actor, self.request.user)

    def handle_exception(self, exc: Exception) -> Response:
        """The answer to any exception: a problem. One that nobody foresaw is reported, and told without its details."""
        problem = problems.of_exception(exc)
        if problem is None:
            got_request_exception.send(sender=type(self), request=self.request._request)
            failure = Response(
                {
                    "type": "about:blank",
                    "title": _("Internal error"),
                    "status": 500,
                    "detail": _("It was reported. Nothing was stored."),
                    "errors": {},
                },
                HTTPStatus.INTERNAL_SERVER_ERROR,
                content_type=problems.CONTENT_TYPE,
            )
            log_response(
                "%s: %s",
                failure.reason_phrase,
                self.request.path,
                response=failure,
                request=self.request._request,
                exception=exc,
            )
            return failure
        response = problem.response()
        if problem.kind.status == HTTPStatus.UNAUTHORIZED:
            response["WWW-Authenticate"] = SessionSignIn().authenticate_header(self.request)
        return response

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Nothing that one user sees is kept by a cache."""
        response.setdefault("Cache-Control", "no-store")
        return super().finalize_response(request, response, *args, **kwargs)


class ResourceView(ApiView):
    """An address of one resource. `verbs` names the permission that each method takes."""

    resource: ClassVar[Resource]
    verbs: ClassVar[Mapping[str, str]]
    operations: ClassVar[Mapping[str, Operation]]
    schema = ResourceSchema()

    def verb(self, method: str) -> str:
        """The verb of the permission that the method takes."""
        return self.verbs["GET" if method == "HEAD" else method]

    def operation(self, method: str) -> Operation:
        """What the method does, for the document."""
        return self.operations[method]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse users without the permission before any row is looked up."""
        super().initial(request, *args, **kwargs)
        if request.method in self.allowed_methods and not self.user.access.may(
            self.resource.permission(self.verb(request.method))
        ):
            raise PermissionDenied(
                _("Your roles do not grant “%(permission)s”.")
                % {"permission": self.resource.permission(self.verb(request.method))}
            )

    def record(self, pk: int, verb: str | None = None) -> Stored:
        """The row on which the user may do the verb of the request.

        Http404 when the user can't see it, PermissionDenied when it can be seen but the verb does not reach it.
        """
        verb = verb or self.verb(self.request.method or "")
        found = self.resource.with_columns(self.resource.rows(self.user, verb)).filter(pk=pk).first()
        if found is not None:
            return cast(Stored, found)
        if verb != "view" and self.resource.rows(self.user, "view").filter(pk=pk).exists():
            raise PermissionDenied(_("Your roles do not reach this record."))
        raise Http404

    def body(self, pk: int) -> dict[str, Any] | None:
        """The record as the user may see it now, or None if they may not."""
        record = self.resource.with_columns(self.resource.rows(self.user, "view")).filter(pk=pk).first()
        return represented(self.resource, record, self.user) if record else None

    def written(self, record: Stored, status: int = HTTPStatus.OK) -> Response:
        """The answer to a write: the record as it is now; only its id and version to a user who may not see it."""
        response = Response(self.body(record.pk) or {"id": record.pk, "version": record.version}, status)
        response["ETag"] = f'"{record.version}"'
        return response


def view_of(base: type[V], resource: Resource, *, methods: Sequence[str] | None = None, **attributes: Any) -> type[V]:
    """The class that serves the address `base` for the resource, with those `methods` that the resource knows."""
    names = [method.lower() for method in methods or base.verbs]
    if "get" in names:
        names.append("head")
    return type(
        f"{type(resource).__name__}{base.__name__}",
        (base,),
        {"resource": resource, "http_method_names": names, **attributes},
    )
