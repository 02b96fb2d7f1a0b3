"""Attachments (附件): files on a record, added and removed by whoever may change it, logged like any change."""

from __future__ import annotations

from collections.abc import Collection
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
    return Attachment.objects.filter(resource=guarded(type(record)).name, record_id=record.pk).order_by("-pk")


def attachments_of_many(resource: str, record_ids: Collection[int]) -> QuerySet[Attachment]:
    """The files of several records of a module, oldest first. The caller has found them through `visible_to`."""
    return Attachment.objects.filter(resource=resource, record_id__in=record_ids).order_by("pk")


@transaction.atomic
def attachment_add(record: models.Model, upload: UploadedFile[Any], *, by: Actor) -> Attachment:
    """Store a file on a record; ValidationError when its type, content or size is refused."""
    content_type = checked_type(upload)
    name = safe_name(upload.name or "")
    attachment = Attachment(
        resource=guarded(type(record)).name,
        record_id=record.pk,
        name=name,
        content_type=content_type,
        size=upload.size or 0,
        uploaded_by_id=by.pk,
    )
    attachment.file.save(name, upload, save=False)
    attachment.save()
    log("attach", by=by, resource=attachment.resource, record=record, changes={"file": ["", name]})
    return attachment


@transaction.atomic
def attachment_remove(record: models.Model, attachment: Attachment, *, by: Actor) -> None:
    """Take a file off a record; the stored file goes when the transaction has held."""
    log("detach", by=by, resource=attachment.resource, record=record, changes={"file": [attachment.name, ""]})
    stored, storage = attachment.file.name or "", attachment.file.storage
    attachment.delete()
    transaction.on_commit(lambda: storage.delete(stored))
