"""The attachments of a record."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from rest_framework.exceptions import PermissionDenied
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from core.access import FieldRight
from core.api import bodies, problems
from core.api.base import ResourceView
from core.api.problems import WHOLE, Problem, error
from core.api.schema import Operation
from core.api.values import plain
from core.records.attachments import attachment_add, attachment_remove, attachments_of
from core.records.base import Stored
from core.records.custom import Kind, custom_field
from core.records.models import Attachment
from core.resources import Resource
from core.resources.custom import file_of_field

MULTIPART_MARGIN = 64 * 1024  # bytes of a multipart body beside the file


class Files(ResourceView):
    """The attachments of one record."""

    verbs = {"GET": "view", "POST": "change"}
    operations = {
        "GET": Operation("list_attachments", _lazy("List attachments: %(row)s"), 200, bodies.files_schema),
        "POST": Operation(
            "add_attachment",
            _lazy("Add an attachment: %(row)s"),
            201,
            bodies.file_schema,
            bodies.file_body,
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
        try:
            added = attachment_add(record, _upload(request), by=self.user)
        except ValidationError as refusal:
            raise problems.refused_values({"file": problems.errors_of(refusal)[WHOLE]}) from refusal
        body = file_body(request, added)
        return Response(body, HTTPStatus.CREATED, headers={"Location": body["url"]})


class AttachedFile(ResourceView):
    """One attachment of one record."""

    verbs = {"GET": "view", "DELETE": "change"}
    operations = {
        "GET": Operation("download_attachment", _lazy("Download an attachment: %(row)s"), 200, bodies.file_content),
        "DELETE": Operation("remove_attachment", _lazy("Remove an attachment: %(row)s"), 204),
    }

    def get(self, request: Request, pk: int, file: int) -> HttpResponseBase:
        """Its content, to be saved, never to be shown in place."""
        return _content(self._file(self.record(pk), file))

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


class HeldFile(ResourceView):
    """The file that a custom field of one record holds."""

    verbs = {"GET": "view", "PUT": "change", "DELETE": "change"}
    operations = {
        "GET": Operation("download_field", _lazy("Download the file in a field: %(row)s"), 200, bodies.file_content),
        "PUT": Operation(
            "replace_field",
            _lazy("Put a file into a field: %(row)s"),
            204,
            body=bodies.file_body,
            problems=("values", "size", "media-type"),
        ),
        "DELETE": Operation("clear_field", _lazy("Take the file out of a field: %(row)s"), 204, problems=("values",)),
    }
    parser_classes = (MultiPartParser,)

    def get(self, request: Request, pk: int, field: str) -> HttpResponseBase:
        """Its content, to be saved, never to be shown in place."""
        return _content(file_of_field(self.resource, self.record(pk), field, self.user))

    def put(self, request: Request, pk: int, field: str) -> Response:
        """Put the part `file` of a multipart body in its place."""
        record = self.record(pk)
        return self._changed(record, field, _upload(request))

    def delete(self, request: Request, pk: int, field: str) -> Response:
        """Leave it empty."""
        return self._changed(self.record(pk), field, None)

    def _changed(self, record: Stored, name: str, upload: Any) -> Response:
        field = custom_field(type(record), name)
        if field is None or field.type != Kind.FILE or self.resource.right(self.user, name) is FieldRight.HIDDEN:
            raise Http404
        if self.resource.right(self.user, name) is not FieldRight.EDIT:
            raise PermissionDenied(_("Your roles do not let you change this field."))
        if upload is None and field.required:
            raise problems.refused_values({name: [error("required", _("This field is required."))]})
        try:
            self.resource.update(record, {name: upload}, by=self.user)
        except ValidationError as refusal:
            raise problems.refused_values({name: problems.errors_of(refusal)[WHOLE]}) from refusal
        return Response(status=HTTPStatus.NO_CONTENT)


def _upload(request: Request) -> Any:
    """The part `file` of a multipart body; a Problem where there is none, or it is too large."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > settings.ATTACHMENT_MAX_BYTES + MULTIPART_MARGIN:
        raise Problem("size")
    upload = request.FILES.get("file")
    if upload is None:
        raise problems.refused_values(
            {"file": [error("required", _("Send the file as the part “file” of a multipart body."))]}
        )
    return upload


def _content(found: Attachment) -> HttpResponseBase:
    return FileResponse(found.file.open("rb"), as_attachment=True, filename=found.name, content_type=found.content_type)


def has_files(resource: Resource) -> bool:
    """Whether the resource's records carry attachments."""
    return any(panel.name == "files" for panel in resource.panels)


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
