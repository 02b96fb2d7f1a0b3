"""One action of a resource on one record."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar, cast

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import bodies
from core.api.base import ResourceView
from core.api.problems import Problem
from core.api.schema import Operation
from core.api.values import FormData
from core.api.writing import WRITE, no_values, refuse_invalid
from core.resources import Action, ActionRefused


class Act(ResourceView):
    """One action of the resource on one record."""

    verbs = {"POST": ""}  # each action has its own
    action: ClassVar[Action]

    def verb(self, method: str) -> str:
        """The verb of the action."""
        return self.action.verb

    def operation(self, method: str) -> Operation:
        """The action, with the values that its form asks for."""
        body = bodies.action_body(self.action.form) if self.action.form else None
        return Operation(
            self.action.name, self.action.label, 200, bodies.record_schema, body, problems=(*WRITE, "refused")
        )

    def post(self, request: Request, pk: int) -> Response:
        """Do it, with the values that the action's form asks for."""
        record = self.record(pk)
        values: Mapping[str, Any] = {}
        if self.action.form is None:
            no_values(request)
        else:
            given = cast("dict[str, Any]", request.data)
            data = FormData(self.action.form(), given)
            form = self.action.form(data.data)
            refuse_invalid(form, data)
            values = form.cleaned_data
        try:
            self.resource.act(self.action, record, by=self.user, values=values)
        except ActionRefused as refused:
            raise Problem("refused", str(refused)) from refused
        except type(record).DoesNotExist as gone:
            raise Http404 from gone
        body = self.body(pk)
        return Response(body) if body else Response(status=HTTPStatus.NO_CONTENT)
