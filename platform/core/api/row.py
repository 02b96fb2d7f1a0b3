"""One record: reading, replacing, changing, deleting it; taking it out of the trash or removing it for good."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any, cast

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import bodies, parameters
from core.api.base import ResourceView
from core.api.problems import Problem
from core.api.schema import Operation
from core.api.values import FormData, represented
from core.api.writing import WRITE, no_values, readable_names, refusing, saved
from core.records.services import StaleRecord

TRIES = 5  # of a change that names no version, while others change the same record
ETAG = re.compile(r'(?:W/)?"(\d{1,9})"')


class Row(ResourceView):
    """One record: read it, replace it, change some fields, delete it."""

    verbs = {"GET": "view", "PUT": "change", "PATCH": "change", "DELETE": "delete"}
    operations = {
        "GET": Operation("retrieve", _lazy("Read: %(row)s"), 200, bodies.record_schema),
        "PUT": Operation(
            "replace",
            _lazy("Replace: %(row)s"),
            200,
            bodies.record_schema,
            bodies.replacement_body,
            parameters.if_match,
            (*WRITE, "stale"),
        ),
        "PATCH": Operation(
            "change",
            _lazy("Change some fields: %(row)s"),
            200,
            bodies.record_schema,
            bodies.changes_body,
            parameters.if_match,
            (*WRITE, "stale"),
        ),
        "DELETE": Operation(
            "delete", _lazy("Delete: %(row)s"), 204, parameters=parameters.if_match, problems=("stale", "refused")
        ),
    }

    def get(self, request: Request, pk: int) -> Response:
        """The record; `ETag` holds its version."""
        record = self.record(pk)
        response = Response(represented(self.resource, record, self.user))
        if hasattr(record, "version"):
            response["ETag"] = f'"{record.version}"'
        return response

    def put(self, request: Request, pk: int) -> Response:
        """Replace all values; fields left out take the default that a new form would show."""
        return self._change(pk, whole=True)

    def patch(self, request: Request, pk: int) -> Response:
        """Change the fields that are given."""
        return self._change(pk, whole=False)

    def delete(self, request: Request, pk: int) -> Response:
        """Delete the record, into the trash where there is one."""
        record = self.record(pk)
        expected = expected_version(request)
        # Without a lock: the services take theirs in an order of their own.
        if expected is not None and record.version != expected:
            raise self._stale(pk)
        refusing(self.resource.delete, record, by=self.user)
        return Response(status=HTTPStatus.NO_CONTENT)

    def _change(self, pk: int, *, whole: bool) -> Response:
        given = dict(cast("dict[str, Any]", self.request.data))
        expected = expected_version(self.request)
        if given.get("version") is None:
            given.pop("version", None)
            given |= {"version": expected} if expected is not None else {}
        # Without a version the change applies to the record as it is; what was left out must then not undo what
        # somebody else stored meanwhile, so each try carries the version it was made from.
        for last in range(TRIES - 1, -1, -1):
            record = self.record(pk)
            data = FormData(
                self.resource.form_for(self.user, record),
                given,
                left_out=self.resource.form_for(self.user) if whole else None,
                readable=readable_names(self.resource, self.user),
            )
            try:
                return self.written(saved(self, self.resource.form_for(self.user, record, data=data.data), data))
            except StaleRecord as stale:
                if "version" in given or not last:
                    raise self._stale(pk) from stale
        raise AssertionError("the last try returns or raises")

    def _stale(self, pk: int) -> Problem:
        return Problem(
            "stale",
            _("Somebody else has changed the record: compare with the current values and try again."),
            current=self.body(pk),
        )


class Restore(ResourceView):
    """Taking a record out of the trash."""

    verbs = {"POST": "restore"}
    operations = {
        "POST": Operation("restore", _lazy("Restore: %(row)s"), 200, bodies.record_schema, problems=("refused",))
    }

    def post(self, request: Request, pk: int) -> Response:
        """Take the record out of the trash."""
        no_values(request)
        record = self.record(pk)
        refusing(self.resource.restore, record, by=self.user)
        record.refresh_from_db(fields=["version"])
        return self.written(record)


class Purge(ResourceView):
    """Removing a record in the trash for good."""

    verbs = {"POST": "purge"}
    operations = {"POST": Operation("purge", _lazy("Remove for good: %(row)s"), 204, problems=("refused",))}

    def post(self, request: Request, pk: int) -> Response:
        """Remove the record for good."""
        no_values(request)
        refusing(self.resource.purge, self.record(pk), by=self.user)
        return Response(status=HTTPStatus.NO_CONTENT)


def expected_version(request: Request) -> int | None:
    """The version in the header If-Match; None without one. A Problem when it is none of ours."""
    header = request.headers.get("If-Match", "").strip()
    if not header or header == "*":
        return None
    found = ETAG.fullmatch(header)
    if found is None:
        raise Problem("body", _("The header If-Match must hold the version in quotation marks, as ETag gave it."))
    return int(found[1])
