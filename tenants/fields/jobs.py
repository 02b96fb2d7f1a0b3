"""Taking the values of a purged field out of the records."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy

from core.jobs.kinds import job
from core.jobs.run import Run
from core.records.custom_values import values_clear
from core.resources import registry

CHUNK = 1_000  # records a transaction: nobody waits longer for one of them than for a page


@job("fields.clear", label=gettext_lazy("Remove the values of a custom field"), retries=5, timeout=3600, in_pieces=True)
def fields_clear(run: Run, *, resource: str, name: str) -> None:
    """Clear chunk after chunk, as long as any record has a value; begun again, it goes on where it was."""
    cleared = registry.resources.get(resource)
    if cleared is None:
        return
    done = 0
    while True:
        with transaction.atomic():
            count = values_clear(cleared.model, name, most=CHUNK)
        if not count:
            return
        done += count
        run.progress(done)
