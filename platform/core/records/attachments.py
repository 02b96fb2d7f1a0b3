"""Attachments (附件): files on a record, added and removed by whoever may change it, logged like any change."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.db.models import QuerySet

from core.access import Actor, guarded
from core.records.files import checked_type, safe_name
from core.records.history import log
from core.records.models import Attachment


def attachments_of(record: models.Model) -> QuerySet[Attachment]:
    """The files of a record, newest first. The caller has found the record through `visible_to`."""
    return _files_of(record, "").order_by("-pk")


def file_held(record: models.Model, field: str, pk: int) -> Attachment | None:
    """The file that a custom field of the record holds. The caller has asked for the rights on the field."""
    return _files_of(record, field).filter(pk=pk).first()


def files_drop(resource: str, field: str, record_ids: Sequence[int]) -> None:
    """Remove the files that a custom field of these records holds."""
    for former in Attachment.objects.filter(resource=resource, record_id__in=record_ids, field=field):
        _remove(former)


def _files_of(record: models.Model, field: str) -> QuerySet[Attachment]:
    return Attachment.objects.filter(resource=guarded(type(record)).name, record_id=record.pk, field=field)


def attachments_of_many(resource: str, record_ids: Collection[int]) -> QuerySet[Attachment]:
    """The files of several records of a module, oldest first. The caller has found them through `visible_to`."""
    return Attachment.objects.filter(resource=resource, record_id__in=record_ids, field="").order_by("pk")


@transaction.atomic
def attachment_add(record: models.Model, upload: UploadedFile[Any], *, by: Actor) -> Attachment:
    """Store a file on a record; ValidationError when its type, content or size is refused."""
    attachment = _stored(record, upload, by=by)
    log("attach", by=by, resource=attachment.resource, record=record, changes={"file": ["", attachment.name]})
    return attachment


@transaction.atomic
def file_hold(
    record: models.Model, field: str, upload: UploadedFile[Any] | None, *, by: Actor
) -> dict[str, Any] | None:
    """Let a custom field hold a file, or none, instead of the one it has; what the field keeps of it as JSON.

    The log tells of it as of any change of a field: whoever changes the record writes the line.
    """
    for former in _files_of(record, field):
        _remove(former)
    if upload is None:
        return None
    attachment = _stored(record, upload, by=by, field=field)
    return {"id": attachment.pk, "name": attachment.name}


def _stored(record: models.Model, upload: UploadedFile[Any], *, by: Actor, field: str = "") -> Attachment:
    content_type = checked_type(upload)
    name = safe_name(upload.name or "")
    attachment = Attachment(
        resource=guarded(type(record)).name,
        record_id=record.pk,
        name=name,
        content_type=content_type,
        size=upload.size or 0,
        uploaded_by_id=by.pk,
        field=field,
    )
    attachment.file.save(name, upload, save=False)
    attachment.save()
    return attachment


@transaction.atomic
def attachment_remove(record: models.Model, attachment: Attachment, *, by: Actor) -> None:
    """Take a file off a record; the stored file goes when the transaction has held."""
    log("detach", by=by, resource=attachment.resource, record=record, changes={"file": [attachment.name, ""]})
    _remove(attachment)


def _remove(attachment: Attachment) -> None:
    stored, storage = attachment.file.name or "", attachment.file.storage
    attachment.delete()
    transaction.on_commit(lambda: storage.delete(stored))
