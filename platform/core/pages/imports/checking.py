"""The check before the preview: every row as it would be stored, and nothing stored."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.jobs.garbage import looked_for_at_the_end
from core.jobs.kinds import job
from core.jobs.run import JobFailed, Run
from core.pages.imports.duplicates import Duplicates
from core.pages.imports.models import Import, Policy
from core.pages.imports.sheet import Errors, Sheet, SheetRow, errors_of, messages_of
from core.records.base import Stored
from core.resources import Resource, registry

CHECK = "import.check"


@job(CHECK, label=gettext_lazy("Check of an import"), retries=2, timeout=1800)
def import_check(run: Run, **payload: Any) -> None:
    """Find what is wrong with the rows, and which of them are there already."""
    checked: Import = Import.objects.held(payload["batch"])
    if checked.state != Import.State.CHECKING:
        return
    check = Check(resource_of(checked, run.user), run.user, checked)
    done = 0
    for chunk in checked.chunks().iterator(1):
        with looked_for_at_the_end():
            chunk.findings = {str(row.place): found for row, found in check.findings(chunk.rows) if found}
            chunk.save(update_fields=["findings"])
        done += len(chunk.rows)
        run.progress(done, checked.rows_total)
    checked.counts = check.counts
    checked.state = Import.State.CHECKED
    checked.save()


def resource_of(batch: Import, user: Any) -> Resource:
    """The resource of an import; JobFailed when there is none any more, or the user's roles don't allow importing."""
    found = registry.resources.get(batch.resource)
    if found is None:
        raise JobFailed(_("This list does not exist any more."))
    if "import" not in found.all_verbs or not user.access.may(found.permission("import")):
        raise JobFailed(_("Your roles no longer allow this import."))
    return found


class Check:
    """What an import would do with its rows: `counts` says how many are good, bad, and there already."""

    def __init__(self, resource: Resource, user: Any, batch: Import) -> None:
        self._resource = resource
        self._user = user
        self._policy = batch.policy
        self._sheet = Sheet(resource, user, batch.columns)
        self._duplicates = Duplicates(resource, user)
        self.counts = {"good": 0, "bad": 0, "same": 0}

    def findings(self, rows: Any) -> list[tuple[SheetRow, dict[str, Any]]]:
        """Each row of a chunk with what is to be said of it."""
        read = self._sheet.read(rows)
        stored = self._duplicates.stored(read)
        known = set().union(*stored)
        reached = self._resource.rows(self._user, "change").filter(pk__in=known) if self._updates and known else ()
        changeable = {record.pk: record for record in reached}
        return [(row, self._finding(row, same, changeable)) for row, same in zip(read, stored, strict=True)]

    @property
    def _updates(self) -> bool:
        return self._policy == Policy.UPDATE

    def _finding(self, row: SheetRow, same: list[int], changeable: dict[int, Stored]) -> dict[str, Any]:
        above, name = self._duplicates.above(row)
        errors: Errors = row.errors
        if same or above:
            match self._policy:
                case Policy.SKIP | Policy.ASK:
                    errors = {}
                case Policy.UPDATE:
                    errors = self._of_change(row, same, changeable) if same else row.unread
                case _:
                    errors = {**errors, **self._of_twin(row, above, name)}
        if not errors and not (same or above) and not may_add(self._resource, self._user):
            errors = {"": [_("Your roles do not allow you to add records here.")]}
        self.counts["bad" if errors else "same" if same or above else "good"] += 1
        return {
            **({"errors": errors} if errors else {}),
            **({"same": same} if same else {}),
            **({"above": above} if above else {}),
        }

    def _of_change(self, row: SheetRow, same: list[int], changeable: dict[int, Stored]) -> Errors:
        if refusal := refused(same, changeable):
            return refusal
        form = self._sheet.as_change(row, changeable[same[0]])
        return {**messages_of(form), **row.unread}

    def _of_twin(self, row: SheetRow, above: int, name: str) -> Errors:
        """What the form says of a second one of what must be unique."""
        if above and not self._resource.all_the_same:
            return {name: [_("The same stands in row %(row)s.") % {"row": above}]}
        del row.record.validate_constraints  # that of the model, which asks the database
        try:
            row.record.validate_constraints()
        except ValidationError as error:
            return errors_of(error)
        return {}


def may_add(resource: Resource, user: Any) -> bool:
    """Whether rows that are new may become records."""
    return "add" in resource.all_verbs and user.access.may(resource.permission("add"))


def refused(same: list[int], changeable: dict[int, Stored]) -> Errors:
    """Why a row can't update what is there; nothing when it can."""
    if len(same) > 1:
        return {"": [_("%(count)s records are the same as this row: which one is meant?") % {"count": len(same)}]}
    if same[0] not in changeable:
        return {"": [_("Your roles do not allow you to change the record that is there already.")]}
    return {}
