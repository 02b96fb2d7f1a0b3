"""The addresses of one resource: its list, a record, the trash, the actions, the attachments.

Each class serves one address; `view_of` makes the one of a resource. Rows come from `Resource.rows` alone, values are
checked by the resource's form alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar, cast
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.db.models import ProtectedError, RestrictedError
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from core.access import Actor
from core.api import problems, schema
from core.api.base import ResourceView
from core.api.problems import WHOLE, Problem, error
from core.api.schema import Operation
from core.api.values import FormData, plain, represented
from core.records.attachments import attachment_add, attachment_remove, attachments_of
from core.records.base import Stored
from core.records.models import Attachment
from core.records.services import StaleRecord
from core.resources import Action, ActionRefused, ListQuery, Resource
from core.resources.query import Problem as QueryProblem

TRIES = 5  # of a change that names no version, while others change the same record
ETAG = re.compile(r'(?:W/)?"(\d{1,9})"')
LIST_PARAMETERS = ("q", "sort", "page", "size")
WRITE = ("body", "values", "media-type")  # problems of whatever takes values
MULTIPART_MARGIN = 64 * 1024  # bytes of a multipart body beside the file


class Rows(ResourceView):
    """The list, and making a record."""

    verbs = {"GET": "view", "POST": "add"}
    operations = {
        "GET": Operation(
            "list",
            _lazy("List: %(rows)s"),
            200,
            schema.page_schema,
            parameters=schema.list_parameters,
            problems=("query",),
        ),
        "POST": Operation(
            "create", _lazy("Create: %(row)s"), 201, schema.record_schema, schema.new_body, problems=WRITE
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


class Row(ResourceView):
    """One record: read it, replace it, change some fields, delete it."""

    verbs = {"GET": "view", "PUT": "change", "PATCH": "change", "DELETE": "delete"}
    operations = {
        "GET": Operation("retrieve", _lazy("Read: %(row)s"), 200, schema.record_schema),
        "PUT": Operation(
            "replace",
            _lazy("Replace: %(row)s"),
            200,
            schema.record_schema,
            schema.replacement_body,
            schema.if_match,
            (*WRITE, "stale"),
        ),
        "PATCH": Operation(
            "change",
            _lazy("Change some fields: %(row)s"),
            200,
            schema.record_schema,
            schema.changes_body,
            schema.if_match,
            (*WRITE, "stale"),
        ),
        "DELETE": Operation(
            "delete", _lazy("Delete: %(row)s"), 204, parameters=schema.if_match, problems=("stale", "refused")
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


class Trash(ResourceView):
    """The list of what lies in the trash."""

    verbs = {"GET": "restore"}
    operations = {
        "GET": Operation(
            "trash",
            _lazy("List the trash: %(rows)s"),
            200,
            schema.page_schema,
            parameters=schema.list_parameters,
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


class Restore(ResourceView):
    """Taking a record out of the trash."""

    verbs = {"POST": "restore"}
    operations = {
        "POST": Operation("restore", _lazy("Restore: %(row)s"), 200, schema.record_schema, problems=("refused",))
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


class Act(ResourceView):
    """One action of the resource on one record."""

    verbs = {"POST": ""}  # each action has its own
    action: ClassVar[Action]

    def verb(self, method: str) -> str:
        """The verb of the action."""
        return self.action.verb

    def operation(self, method: str) -> Operation:
        """The action, with the values that its form asks for."""
        body = schema.action_body(self.action.form) if self.action.form else None
        return Operation(
            self.action.name, self.action.label, 200, schema.record_schema, body, problems=(*WRITE, "refused")
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


class Files(ResourceView):
    """The attachments of one record."""

    verbs = {"GET": "view", "POST": "change"}
    operations = {
        "GET": Operation("list_attachments", _lazy("List attachments: %(row)s"), 200, schema.files_schema),
        "POST": Operation(
            "add_attachment",
            _lazy("Add an attachment: %(row)s"),
            201,
            schema.file_schema,
            schema.file_body,
            problems=("values", "size", "media-type"),
        ),
    }
    parser_classes = (MultiPartParser,)

    def get(self, request: Request, pk: int) -> Response:
        """All of them, newest first."""
        return Response(
            [file_body(request, one) for one in attachments_of(self.record(pk)).select_related("uploaded_by")]
        )

    def post(self, request: Request, pk: int) -> Response:
        """Add one: the part `file` of a multipart body."""
        record = self.record(pk)
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > settings.ATTACHMENT_MAX_BYTES + MULTIPART_MARGIN:
            raise Problem("size")
        upload = request.FILES.get("file")
        if upload is None:
            raise problems.refused_values(
                {"file": [error("required", _("Send the file as the part “file” of a multipart body."))]}
            )
        try:
            added = attachment_add(record, upload, by=self.user)
        except ValidationError as refusal:
            raise problems.refused_values({"file": problems.errors_of(refusal)[WHOLE]}) from refusal
        body = file_body(request, added)
        return Response(body, HTTPStatus.CREATED, headers={"Location": body["url"]})


class AttachedFile(ResourceView):
    """One attachment of one record."""

    verbs = {"GET": "view", "DELETE": "change"}
    operations = {
        "GET": Operation("download_attachment", _lazy("Download an attachment: %(row)s"), 200, schema.file_content),
        "DELETE": Operation("remove_attachment", _lazy("Remove an attachment: %(row)s"), 204),
    }

    def get(self, request: Request, pk: int, file: int) -> HttpResponseBase:
        """Its content, to be saved, never to be shown in place."""
        found = self._file(self.record(pk), file)
        return FileResponse(
            found.file.open("rb"), as_attachment=True, filename=found.name, content_type=found.content_type
        )

    def delete(self, request: Request, pk: int, file: int) -> Response:
        """Take it off the record."""
        record = self.record(pk)
        attachment_remove(record, self._file(record, file), by=self.user)
        return Response(status=HTTPStatus.NO_CONTENT)

    def _file(self, record: Stored, file: int) -> Attachment:
        found = attachments_of(record).filter(pk=file).first()
        if found is None:
            raise Http404
        return found


def has_files(resource: Resource) -> bool:
    """Whether the resource's records carry attachments."""
    return any(panel.name == "files" for panel in resource.panels)


def readable_names(resource: Resource, user: Actor) -> frozenset[str]:
    """The names in a record's representation, for the user: they are known, whether or not they can be set."""
    return frozenset({"id", "version", *(column.name for column in resource.choosable_columns(user))})


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


def saved(view: ResourceView, form: forms.BaseForm, data: FormData) -> Any:
    """The record that a valid form made; a Problem with the errors of each field otherwise. Raises StaleRecord."""
    refuse_invalid(form, data)
    record = view.resource.save(form, by=view.user)  # type: ignore[arg-type]
    if record is None:
        refuse_invalid(form, data)
    return record


def refuse_invalid(form: forms.BaseForm, data: FormData) -> None:
    """Raise a Problem with every error of the form and of the JSON it was made from."""
    found = {
        WHOLE if name == NON_FIELD_ERRORS else name: [error(one["code"], one["message"]) for one in errors]
        for name, errors in form.errors.get_json_data().items()
    }
    found |= data.errors
    if found:
        raise problems.refused_values(found)


def no_values(request: Request) -> None:
    """Refuse a body where nothing is asked for."""
    refuse_invalid(forms.Form({}), FormData(forms.Form(), cast("dict[str, Any]", request.data)))


def refusing(do: Any, record: Stored, *, by: Actor) -> None:
    """Delete, restore or purge; a Problem when the record may not go, or come back."""
    try:
        with transaction.atomic():
            do(record, by=by)
    except (ProtectedError, RestrictedError) as used:
        names = {
            str(one._meta.verbose_name_plural)
            for one in (used.protected_objects if isinstance(used, ProtectedError) else used.restricted_objects)
        }
        raise Problem(
            "refused", _("Other records refer to it: %(names)s.") % {"names": "、".join(sorted(names))}
        ) from used
    except ValidationError as refusal:
        raise Problem("refused", " ".join(refusal.messages)) from refusal


def expected_version(request: Request) -> int | None:
    """The version in the header If-Match; None without one. A Problem when it is none of ours."""
    header = request.headers.get("If-Match", "").strip()
    if not header or header == "*":
        return None
    found = ETAG.fullmatch(header)
    if found is None:
        raise Problem("body", _("The header If-Match must hold the version in quotation marks, as ETag gave it."))
    return int(found[1])


def file_body(request: HttpRequest, attachment: Attachment) -> dict[str, Any]:
    """An attachment as the API tells of it; `size` is in bytes."""
    base = request.path.partition("/attachments/")[0]
    return {
        "id": attachment.pk,
        "name": attachment.name,
        "content_type": attachment.content_type,
        "size": attachment.size,
        "uploaded_at": plain(attachment.uploaded_at),
        "uploaded_by": plain(attachment.uploaded_by),
        "url": request.build_absolute_uri(f"{base}/attachments/{attachment.pk}/"),
    }
