"""A step that can be done to many records, each alone; those that could not be done are named with the reason."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, QueryDict
from django.utils.translation import gettext as _

from core.access import Actor
from core.pages.deeds import REFUSALS, action_of, refusal
from core.pages.editing_many import EDIT, EditForm, edit_one
from core.pages.former import VALUES, VERSION, Former, values_of
from core.pages.undo import FORMER, RESTORE, take_back
from core.records.services import stored_version
from core.resources import Resource

STANDARD = frozenset({"delete", "restore", "purge", EDIT})
VERBS = {EDIT: "change"}


@dataclass(frozen=True, slots=True)
class Failure:
    """A record that could not be done, and why."""

    pk: int
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done to each record by one user.

    `verb` is that of the permission it takes; `within` the verb of the list its records are chosen from, empty for
    records that the user has had in hand before; `undo` what takes it back. `changes` are the fields it sets: what
    they were is in `former` by the records' keys, once it is done.
    """

    resource: Resource
    user: Actor
    verb: str
    label: str
    within: str
    run: Callable[[Any], Any]
    undo: str = ""
    changes: Sequence[str] = ()
    former: dict[int, Former] = field(default_factory=dict)

    def do(self, pks: Collection[int]) -> tuple[list[int], list[Failure]]:
        """Do it to the records of these ids, in their order: two steps lock what they share in the same order."""
        found = {record.pk: record for record in self._records(pks)}
        reached = self._reached(pks)
        done: list[int] = []
        failures: list[Failure] = []
        for pk in sorted(pks):
            reason = self._one(found.get(pk), pk in reached)
            if reason:
                failures.append(Failure(pk, str(found.get(pk, f"#{pk}")), reason))
            else:
                done.append(pk)
        return done, failures

    def _one(self, record: Any, is_reached: bool) -> str:
        """Do it to one record; why not, if it could not be done."""
        if record is None:
            return _("It is gone, or your roles no longer show it.")
        if not is_reached:
            return _("Your roles do not allow this for this record.")
        try:
            with transaction.atomic():
                before = values_of(record, self.changes)
                self.run(record)
                if self.changes:
                    version = stored_version(record)
                    self.former[record.pk] = {VALUES: before, VERSION: version}
        except PermissionDenied:
            return _("Your roles do not allow this for this record.")
        except REFUSALS as error:
            return refusal(error)
        return ""

    def _records(self, pks: Collection[int]) -> Any:
        if not self.within:
            return self.resource.model.objects.known(pks)
        return self.resource.rows(self.user, self.within).filter(pk__in=pks)

    def _reached(self, pks: Collection[int]) -> Collection[int]:
        if not self.within:
            return pks  # what the user may do is asked record by record, once it is taken back
        return set(self.resource.rows(self.user, self.verb).filter(pk__in=pks).values_list("pk", flat=True))


def step_named(resource: Resource, user: Actor, name: str, values: Mapping[str, Any]) -> Step:
    """The step `name`: delete, restore, purge, or an action with its values. Http404 for what is not done to many."""
    match name:
        case "delete":
            undo = RESTORE if resource.model.has_trash() else ""
            label = _("deleted")
            return Step(resource, user, name, label, "view", lambda record: resource.delete(record, by=user), undo)
        case "restore":
            label = _("restored")
            return Step(resource, user, name, label, name, lambda record: resource.restore(record, by=user))
        case "purge":
            label = _("removed for good")
            return Step(resource, user, name, label, name, lambda record: resource.purge(record, by=user))
        case str() if name == EDIT:
            return _editing(resource, user, values)
    action = action_of(resource, name)
    if not action.bulk:
        raise Http404(f"{name} is done to one record at a time")

    def run(record: Any) -> None:
        resource.act(action, record, by=user, values=values)

    undo = action.undo or (FORMER if action.changes else "")
    return Step(resource, user, action.verb, str(action.label), "view", run, undo, action.changes)


def form_of(resource: Resource, user: Actor, name: str, data: QueryDict | None) -> Any:
    """The form that asks for the values of the step, bound when `data` is given; None for one that needs none."""
    if name == EDIT:
        return EditForm(data, resource=resource, user=user)
    form = None if name in STANDARD else action_of(resource, name).form
    return form(data) if form else None


def verb_of(resource: Resource, name: str) -> str:
    """The verb of the permission that the step takes; Http404 for no step."""
    return VERBS.get(name, name) if name in STANDARD else action_of(resource, name).verb


def undoing(
    resource: Resource, user: Actor, undo: str, *, verb: str, former: Mapping[int, Former] | None = None
) -> Step:
    """The step that takes back one of this user's that took the permission `verb`."""
    known = former or {}

    def run(record: Any) -> None:
        take_back(resource, record, undo, verb=verb, by=user, former=known.get(record.pk))

    return Step(resource, user, verb, _("taken back"), "", run)


def _editing(resource: Resource, user: Actor, values: Mapping[str, Any]) -> Step:
    """Giving one field of many records the same value."""
    named = str(values.get("field", ""))
    label = f"{_('Edit')} · {resource.column(named).label}" if named else _("Edit")

    def run(record: Any) -> None:
        edit_one(resource, record, named, values["value"], by=user)

    return Step(resource, user, "change", label, "view", run, FORMER, (named,) if named else ())
