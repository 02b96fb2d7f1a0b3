"""The list of a resource and making a record; the list of the trash."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import bodies, parameters, problems
from core.api.base import ResourceView
from core.api.schema import Operation
from core.api.values import FormData, represented
from core.api.writing import WRITE, readable_names, saved
from core.resources import ListQuery
from core.resources.query import Problem as QueryProblem

LIST_PARAMETERS = ("q", "sort", "page", "size")


class Rows(ResourceView):
    """The list, and making a record."""

    verbs = {"GET": "view", "POST": "add"}
    operations = {
        "GET": Operation(
            "list",
            _lazy("List: %(rows)s"),
            200,
            bodies.page_schema,
            parameters=parameters.list_parameters,
            problems=("query",),
        ),
        "POST": Operation(
            "create", _lazy("Create: %(row)s"), 201, bodies.record_schema, bodies.new_body, problems=WRITE
        ),
    }

    def get(self, request: Request) -> Response:
        """One page of the rows that match."""
        return listed(self, self.verbs["GET"])

    def post(self, request: Request) -> Response:
        """Make a record; fields left out take the default that a new form would show."""
        given = cast("dict[str, Any]", request.data)
        data = FormData(self.resource.form_for(self.user), given, readable=readable_names(self.resource, self.user))
        form = self.resource.form_for(self.user, data=data.data)
        made = saved(self, form, data)
        response = self.written(made, HTTPStatus.CREATED)
        response["Location"] = f"{request.path}{made.pk}/"
        return response


class Trash(ResourceView):
    """The list of what lies in the trash."""

    verbs = {"GET": "restore"}
    operations = {
        "GET": Operation(
            "trash",
            _lazy("List the trash: %(rows)s"),
            200,
            bodies.page_schema,
            parameters=parameters.list_parameters,
            problems=("query",),
        )
    }

    def verb(self, method: str) -> str:
        """Whoever may restore, or only remove for good, sees what there is to restore or remove."""
        access = getattr(self.request.user, "access", None)  # the document is made for nobody
        may_restore = access is None or access.may(self.resource.permission("restore"))
        return "restore" if may_restore or "purge" not in self.resource.all_verbs else "purge"

    def get(self, request: Request) -> Response:
        """One page of the deleted rows that match."""
        return listed(self, self.verb("GET"))


def listed(view: ResourceView, verb: str) -> Response:
    """One page of a list, as its address asks for it; a Problem names every parameter that is not understood."""
    request, resource, user = view.request, view.resource, view.user
    query = ListQuery(resource, user, request.query_params, verb)
    known = {*LIST_PARAMETERS, *(filter_.name for filter_ in resource.filters_for(user))}
    unknown = [
        QueryProblem(name, _("There is no parameter “%(name)s”.") % {"name": name[:60]})
        for name in request.query_params
        if name not in known
    ]
    page = query.page()
    if query.problems or unknown:
        raise problems.of_query([*query.problems, *unknown])
    if page.number != query.number:
        raise problems.of_query([QueryProblem("page", _("There is no such page."))])
    return Response(
        {
            "count": page.total,
            "more": page.more,
            "next": _page_url(request, page.number + 1) if page.has_next else None,
            "previous": _page_url(request, page.number - 1) if page.number > 1 else None,
            "results": [represented(resource, record, user) for record in page.records],
        }
    )


def _page_url(request: HttpRequest, number: int) -> str:
    parameters = [(name, value) for name, values in request.GET.lists() for value in values if name != "page"]
    return request.build_absolute_uri(f"{request.path}?{urlencode([*parameters, ('page', number)])}")
