"""The job that takes an import back, chunk by chunk, the last one first.

What the import created is removed for good, with what was made along with it, so that the mended file can be imported
at once; modules that delete in a way of their own do so (to the trash). What it updated gets its values back. What
somebody changed since, or added something to, is left as it is, and named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.jobs.kinds import job
from core.jobs.run import Run
from core.pages.deeds import REFUSALS, refusal
from core.pages.imports.models import Import, ImportChunk
from core.pages.imports.running import by_chunks
from core.records import verbs
from core.records.base import Stored
from core.records.custom import custom_field
from core.records.services import StaleRecord
from core.records.taking_back import records_take_back
from core.resources import Resource

UNDO = "import.undo"

verbs.declare(import_undo=gettext_lazy("Undo an import"))


@job(UNDO, label=gettext_lazy("Undo an import"), retries=5, timeout=3600, in_pieces=True)
def import_undo(run: Run, **payload: Any) -> dict[str, Any]:
    """Take back the chunks that are still there."""
    return by_chunks(run, payload, ImportChunk.State.DONE, take_back)


def take_back(batch: Import, chunk: ImportChunk, resource: Resource, user: Any) -> None:
    """Take the rows of a chunk back."""
    taken = _Taken(resource, user, batch.versions)
    taken.back(chunk.outcome)
    chunk.undo = taken.kept
    chunk.state = ImportChunk.State.UNDONE
    batch.versions = taken.versions
    for name, number in taken.counts.items():
        batch.count(name, number)


class _Taken:
    """What is taken back of one chunk. Taking back one's own step needs no further permission than it took.

    `versions` are those that undoing itself left behind, by record.
    """

    def __init__(self, resource: Resource, user: Any, versions: Mapping[str, int]) -> None:
        self._resource = resource
        self._user = user
        self.versions = dict(versions)
        self.kept: dict[str, str] = {}
        self.counts = {"removed": 0, "reverted": 0, "kept": 0}

    def back(self, outcomes: Sequence[Sequence[Any]]) -> None:
        """Take every row back, the last one first."""
        of_rows = [(place, outcome) for place, outcome in enumerate(outcomes) if outcome[0] in {"created", "updated"}]
        records = self._resource.model.objects.known({outcome[1] for _place, outcome in of_rows})
        found = {record.pk: record for record in records.select_for_update(of=("self",), no_key=True)}
        created: dict[int, int] = {}
        for place, (what, pk, version, *before) in reversed(of_rows):
            record = found.get(pk)
            if record is None or getattr(record, "deleted_at", None) is not None:
                self.counts["removed"] += what == "created"  # somebody did so already
            elif record.version != self.versions.get(str(pk), version):
                self._keep(place, _("Somebody changed it since."))
            elif what == "updated":
                found[pk] = self._revert(place, record, before[0])
            elif self._in_one_go:
                created[pk] = place
            else:
                self._remove(place, record)
        self._remove_for_good(created)

    @property
    def _in_one_go(self) -> bool:
        return type(self._resource).delete is Resource.delete and self._resource.model.has_trash()

    def _revert(self, place: int, record: Stored, before: Mapping[str, Any]) -> Stored:
        """The record with the values it had; as it is, where its module refuses them."""
        try:
            with transaction.atomic():
                reverted = self._resource.update(record, _values(record, before), by=self._user, version=record.version)
        except (*REFUSALS, StaleRecord) as error:
            self._keep(place, refusal(error))
            return record
        self.versions[str(record.pk)] = reverted.version
        self.counts["reverted"] += 1
        return reverted

    def _remove(self, place: int, record: Stored) -> None:
        try:
            with transaction.atomic():
                self._resource.delete(record, by=self._user)
        except REFUSALS as error:
            self._keep(place, refusal(error))
        else:
            self.counts["removed"] += 1

    def _remove_for_good(self, created: Mapping[int, int]) -> None:
        """Remove records, given with their places."""
        if not created:
            return
        along = self._resource.made_along(created)
        stay = records_take_back(self._resource.model, created, by=self._user, along=along)
        self.counts["removed"] += len(created) - len(stay)
        for pk in sorted(stay):
            self._keep(created[pk], _("Somebody added something to it since."))

    def _keep(self, place: int, why: str) -> None:
        self.kept[str(place)] = why
        self.counts["kept"] += 1


def _values(record: Stored, before: Mapping[str, Any]) -> dict[str, Any]:
    """The values that were kept as JSON, as a service takes them; of records that are gone since, none."""
    values: dict[str, Any] = {}
    for name, value in before.items():
        if own := custom_field(type(record), name):
            values[name] = own.taken(value)
            continue
        field: Any = record._meta.get_field(name)
        if field.many_to_many:
            values[name] = list(field.related_model.objects.get_queryset().known(value))
        elif field.is_relation:
            values[name] = field.related_model.objects.get_queryset().known([value]).first()
        else:
            values[name] = field.to_python(value)
    return values
