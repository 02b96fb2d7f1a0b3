"""What a user does with an import: upload a file, match its columns, begin, take it back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from core.access import Actor
from core.jobs.models import Job
from core.jobs.services import enqueue
from core.pages.imports.checking import CHECK
from core.pages.imports.columns import guessed, importable, remember, remembered_by
from core.pages.imports.models import Import, ImportChunk, Policy
from core.pages.imports.reading import Row, rows_of
from core.pages.imports.running import RUN
from core.pages.imports.undoing import UNDO
from core.records.acting import acting
from core.records.files import safe_name
from core.resources import Resource

ROWS_OF_A_CHUNK = 2_500
STATE = Import.State


class NotNow(Exception):
    """The import is past that step, or not yet there."""


@transaction.atomic
def import_upload(resource: Resource, upload: UploadedFile[Any], *, by: Actor) -> Import:
    """Keep the rows of a file for an import, its columns matched as far as they can be guessed.

    ValidationError for a file that can't be read or holds no rows.
    """
    Import.objects.outdated().delete()
    rows = rows_of(upload)
    _number, headings = next(rows, (0, []))
    batch = Import(owner_id=by.pk, resource=resource.name, name=safe_name(upload.name or ""), headings=headings)
    fields, remembered = importable(resource, by), remembered_by(by, resource)
    batch.mapping = guessed(headings, fields, remembered, resource.headings)
    batch.save(force_insert=True)
    for number, chunk in enumerate(_chunks(rows)):
        ImportChunk(batch=batch, number=number, rows=chunk).save(force_insert=True)
        batch.rows_total += len(chunk)
    if not batch.rows_total:
        raise ValidationError(_("There are no rows below the headings."), code="empty")
    batch.save(update_fields=["rows_total"])
    return batch


@transaction.atomic
def import_match(batch: Import, resource: Resource, mapping: Mapping[int, str], policy: str, *, by: Actor) -> None:
    """Say which column holds which field, and what is done with rows that are there already; the check begins.

    ValidationError when a column is missing that every new record needs, or two columns are meant for one field.
    """
    batch = _held(batch, STATE.UPLOADED, STATE.CHECKED)
    fields = importable(resource, by)
    chosen = {index: name for index, name in mapping.items() if name in fields and 0 <= index < len(batch.headings)}
    twice = {name for name in chosen.values() if list(chosen.values()).count(name) > 1}
    if twice:
        labels = ", ".join(fields[name].label for name in sorted(twice))
        raise ValidationError(_("Two columns are meant for the same field: %(fields)s.") % {"fields": labels})
    missing = [one.label for name, one in fields.items() if one.required and name not in chosen.values()]
    missing = [] if Policy(policy) in {Policy.UPDATE, Policy.ASK} and chosen else missing
    if missing or not chosen:
        named = ", ".join(missing) or "—"
        raise ValidationError(_("No column is matched with: %(fields)s.") % {"fields": named}, code="missing")
    batch.mapping, batch.policy, batch.decisions, batch.counts = chosen, Policy(policy), {}, {}
    batch.state = STATE.CHECKING
    batch.job_id = _order(CHECK, batch, by=by).pk
    batch.save()
    remember(by, resource, batch.headings, chosen)


@transaction.atomic
def import_rematch(batch: Import) -> None:
    """Go back to the columns, also from a check that failed."""
    batch = _held(batch, STATE.CHECKED, STATE.CHECKING)
    if batch.state == STATE.CHECKING and (batch.job is None or not batch.job.is_finished):
        raise NotNow
    batch.state = STATE.UPLOADED
    batch.save()


@transaction.atomic
def import_begin(batch: Import, decisions: Mapping[str, str], *, by: Actor) -> None:
    """Let the rows be stored; `decisions` say what is done with single rows that are there already."""
    batch = _held(batch, STATE.CHECKED)
    batch.decisions = {number: what for number, what in decisions.items() if what in Policy.values}
    batch.counts = {}
    batch.state = STATE.RUNNING
    batch.job_id = _order(RUN, batch, by=by, key=str(batch.pk)).pk
    batch.save()


@transaction.atomic
def import_take_back(batch: Import, *, by: Actor) -> None:
    """Undo the import: one that is done, or one that was stopped on its way."""
    batch = _held(batch, STATE.DONE, STATE.RUNNING)
    job: Job | None = batch.job
    if batch.state == STATE.RUNNING and (job is None or not job.is_retryable):
        raise NotNow
    batch.state = STATE.UNDOING
    batch.job_id = _order(UNDO, batch, by=by, key=str(batch.pk)).pk
    batch.save()


def _order(kind: str, batch: Import, *, by: Actor, key: str | None = None) -> Job:
    """Order the work, with who acts for whom and from where, for the lines of the log that it will write."""
    now = acting()
    payload = {
        "resource": batch.resource,
        "batch": batch.pk,
        "back": batch.url,
        "address": now.address,
        "impersonator": now.impersonator_id,
    }
    return enqueue(kind, payload, by=by, key=key)


def _held(batch: Import, *states: Import.State) -> Import:
    held: Import = Import.objects.held(batch.pk)
    if held.state not in states:
        raise NotNow
    return held


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while chunk := [row for _place, row in zip(range(ROWS_OF_A_CHUNK), rows, strict=False)]:
        yield chunk
