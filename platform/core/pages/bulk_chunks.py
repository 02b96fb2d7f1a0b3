"""The records of steps for many (bulk actions), some hundred to a row: which were done, and what they were before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, NamedTuple, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.jobs.models import Job

STORED_AT_ONCE = 500  # chunks of a step for many


class Tally(NamedTuple):
    """How far a step for many records is."""

    total: int
    done: int
    failed: int


class BulkChunkQuerySet(models.QuerySet["BulkChunk"]):
    """Reads of the records of steps for many."""

    def of(self, job_id: int) -> Self:
        """The chunks of one step, in order."""
        return self.filter(job_id=job_id).order_by("pk")

    def keep(self, job: Job, records: Iterable[tuple[int, Any]], *, size: int) -> None:
        """Store which records a step is for, so many a chunk, each with the former values that it is to be given back.

        They are read and stored bit by bit, and may be any number. None stands for no former values.
        """
        rest = iter(records)
        chunks = iter(lambda: list(islice(rest, size)), [])
        while some := [_chunk(job, chunk) for chunk in islice(chunks, STORED_AT_ONCE)]:
            self.bulk_create(some)

    def unfinished(self) -> Self:
        """Those that are still to be done."""
        return self.filter(finished=False)

    def tallies(self, job_ids: Iterable[int]) -> dict[int, Tally]:
        """How far each of the steps is, in one query."""
        records, failed = (
            models.Func(name, function="jsonb_array_length", output_field=models.IntegerField())
            for name in ("pks", "failures")
        )
        rows = (
            self.filter(job_id__in=list(job_ids))
            .values_list("job_id")
            .annotate(
                total=models.Sum(records),
                reached=models.Sum(records, filter=Q(finished=True), default=0),
                failed=models.Sum(failed),
            )
        )
        return {job: Tally(total, reached - failed, failed) for job, total, reached, failed in rows}


class BulkChunk(models.Model):
    """Some of the records of a step for many: done together, and marked as done in the transaction that does them.

    That mark lets a step be killed at any instant and go on where it stopped. `failures` holds [id, name, reason] of
    each record that could not be done; `former`, by id, what a step that only sets fields has to put back.
    """

    job = models.ForeignKey(Job, models.CASCADE, related_name="+", verbose_name=_("Job"))
    pks: Any = models.JSONField(_("Records"))
    finished = models.BooleanField(_("Done"), default=False)
    failures: Any = models.JSONField(_("Failures"), default=list)
    former: Any = models.JSONField(_("Former values"), default=dict, db_default={})

    rows = BulkChunkQuerySet.as_manager()

    class Meta:
        verbose_name = _("Records of a step")
        verbose_name_plural = _("Records of steps")

    def __str__(self) -> str:
        return f"{len(self.pks)} of job {self.job_id}"

    @property
    def done(self) -> list[int]:
        """The ids of the records that were done."""
        if not self.finished:
            return []
        failed = {pk for pk, _name, _reason in self.failures}
        return [pk for pk in self.pks if pk not in failed]


def _chunk(job: Job, records: Sequence[tuple[int, Any]]) -> BulkChunk:
    former = {str(pk): kept for pk, kept in records if kept is not None}
    return BulkChunk(job=job, pks=[pk for pk, _kept in records], former=former)
