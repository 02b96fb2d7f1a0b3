"""What users own: business records of every module, counted, handed over, and moved along with their owner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django_stubs_ext import StrOrPromise

from core.jobs.services import enqueue
from core.records.base import Record
from core.records.history import log
from core.reminders.services import reminders_hand_over
from core.resources import Resource, registry
from tenants.people.models import Department, User

AT_ONCE = 2000  # records: as many as are moved while the browser waits, and locked together
JOB = "people.hand_over"


@dataclass(frozen=True, slots=True)
class Owned:
    """How many records of one module a user owns, those in the trash included."""

    resource: Resource
    count: int

    @property
    def label(self) -> StrOrPromise:
        """The module's name."""
        return self.resource.label


def owned_by(user: User) -> list[Owned]:
    """What the user owns, by module; modules without any are left out."""
    counts = [Owned(resource, _records(resource, user).count()) for resource in _modules()]
    return [owned for owned in counts if owned.count]


@transaction.atomic
def hand_over(user: User, *, to: User, by: User) -> list[Owned]:
    """Make `to` the owner of everything `user` owns, and the superior and head of whom and what `user` was.

    A few thousand records go at once; more of them go piece by piece in the background, where `by` sees the progress.
    Lines of the log tell how many records of each module went from whom to whom.
    """
    handed = owned_by(user)
    leave_posts(user, to=to)
    reminders_hand_over(user, to)
    if sum(owned.count for owned in handed) > AT_ONCE:
        enqueue(JOB, {"leaver": user.pk, "heir": to.pk}, by=by)
        return handed
    while hand_over_piece(user, to=to, by=by):
        pass
    return handed


@transaction.atomic
def hand_over_piece(user: User, *, to: User, by: User) -> int:
    """Move the next records of one module, as many as may be locked together; how many they were, 0 at the end."""
    for resource in _modules():
        rows = _records(resource, user).order_by("pk").select_for_update(of=("self",))
        pks = list(rows.values_list("pk", flat=True)[:AT_ONCE])
        if not pks:
            continue
        resource.model._base_manager.filter(pk__in=pks).update(
            owner=to, department=to.department_id, version=F("version") + 1, updated_at=timezone.now()
        )
        changes: dict[str, list[Any]] = {"owner": [str(user), str(to)], "count": [None, len(pks)]}
        log("hand_over", by=by, resource=resource.name, record=None, changes=changes)
        return len(pks)
    return 0


def leave_posts(user: User, *, to: User | None) -> None:
    """Give the departments the user heads to `to`, and those who report to the user as well.

    With `to` None the departments have no head, and the reports go to the user's own superior.
    """
    Department.objects.filter(leader=user).update(leader=to)
    people = User.objects.get_queryset()
    if to is not None and any(above.pk == user.pk for above in to.superiors()):
        # Whoever stood below the user can't come to stand below their own reports.
        people.filter(pk=to.pk).update(manager=user.manager_id)
    successor = to.pk if to else user.manager_id
    people.filter(manager=user).exclude(pk=successor).update(manager=successor)


def follow_department(user: User) -> None:
    """Take the user's records along to the user's department: a record belongs to the department of its owner."""
    for resource in _modules():
        _records(resource, user).exclude(department=user.department_id).update(department=user.department_id)


def _modules() -> list[Resource]:
    return [resource for resource in registry.resources.values() if issubclass(resource.model, Record)]


def _records(resource: Resource, user: User) -> QuerySet[Any]:
    rows: QuerySet[Any] = resource.model._base_manager.filter(owner=user)
    return rows
