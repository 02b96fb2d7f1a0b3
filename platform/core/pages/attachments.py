"""The files of a record (附件): added and removed by whoever may change it, read by whoever may see it."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from core.access import Actor
from core.pages.record import RecordPage, seen
from core.pages.serving import WRITE, actor, found, page, part_asked, respond
from core.records.attachments import attachment_add, attachment_remove, attachments_of
from core.records.files import PREVIEWED
from core.records.models import Attachment
from core.resources import Resource
from core.resources.custom import file_of_field

PANEL = "files"
# A stored file runs no script and loads nothing, whatever a browser takes it for.
SANDBOX = "default-src 'none'; sandbox"


@page("change", WRITE)
def upload(request: HttpRequest, resource: Resource, pk: int) -> HttpResponse:
    """Store the files sent as `file`. What is refused is named with the reason (422); what is accepted stays."""
    user = actor(request)
    record = found(resource, user, pk, "change")
    uploads = [sent for sent in request.FILES.getlist("file") if isinstance(sent, UploadedFile)]
    errors = list(_stored(record, uploads, user)) if uploads else [_("Choose a file first.")]
    if len(uploads) > len(errors):
        messages.success(request, _("The file was added.") if len(uploads) == 1 else _("The files were added."))
    if not errors and not part_asked(request, "record-body"):
        return HttpResponseRedirect(f"{resource.record_url(record)}?panel={PANEL}")
    shown = RecordPage(resource, seen(resource, user, pk), user, PANEL)
    context = {**shown.context, "upload_errors": errors}
    return respond(
        request,
        resource,
        "record",
        context,
        part=part_asked(request, "record-body"),
        title=record,
        status=422 if errors else 200,
    )


def _stored(record: object, uploads: Iterable[UploadedFile[bytes]], user: Actor) -> Iterable[str]:
    """Store what is accepted, and yield why the others are not."""
    for sent in uploads:
        try:
            attachment_add(record, sent, by=user)  # type: ignore[arg-type]
        except ValidationError as error:
            yield " ".join(error.messages)


@page("view")
def download(request: HttpRequest, resource: Resource, pk: int, file: int) -> FileResponse:
    """A file of a record: to be saved, or for pictures also to be looked at (`?preview=1`)."""
    record = found(resource, actor(request), pk)
    return _served(_attachment(record, file), inline="preview" in request.GET)


@page("view")
def held(request: HttpRequest, resource: Resource, pk: int, field: str) -> FileResponse:
    """The file that a custom field of a record holds: to be saved by who may read the field."""
    user = actor(request)
    attachment = file_of_field(resource, found(resource, user, pk), field, user)
    return _served(attachment, inline=False)


def _served(attachment: Attachment, *, inline: bool) -> FileResponse:
    inline = inline and attachment.content_type in PREVIEWED
    try:
        content = attachment.file.open("rb")
    except FileNotFoundError:
        raise Http404("the stored file is gone") from None
    response = FileResponse(
        content, as_attachment=not inline, filename=attachment.name, content_type=attachment.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SANDBOX
    return response


@page("change", WRITE)
def remove(request: HttpRequest, resource: Resource, pk: int, file: int) -> HttpResponse:
    """Take a file off a record."""
    user = actor(request)
    record = found(resource, user, pk, "change")
    attachment = _attachment(record, file)
    attachment_remove(record, attachment, by=user)
    messages.success(request, _("“%(name)s” was removed.") % {"name": attachment.name})
    return HttpResponseRedirect(f"{resource.record_url(record)}?panel={PANEL}")


def _attachment(record: object, pk: int) -> Attachment:
    attachment = attachments_of(record).filter(pk=pk).first()  # type: ignore[arg-type]
    if attachment is None:
        raise Http404(f"no file {pk}")
    return attachment
