"""What is done to the organisation tree: atomic, logged, and never a branch cut off, even by two people at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.db import current_company
from core.live.sending import close_sockets
from core.records.services import record_delete
from core.records.trees import node_create, node_move, node_update, tree_hold
from tenants.people.models import Department, User

FIRST_CODE = 10_000_001
NAMES_SHOWN = 5


def next_code() -> str:
    """A code to suggest for a new unit: one more than the greatest in use; 10000002 beside the company alone."""
    codes = Department.objects.values_list("code", flat=True)
    numbers = [int(code) for code in codes if code.isascii() and code.isdigit() and len(code) == len(str(FIRST_CODE))]
    return str(max([FIRST_CODE, *numbers]) + 1)


def department_create(values: Mapping[str, Any], *, by: User) -> Department:
    """Add a unit as the last one below its parent."""
    return node_create(Department(), values, by=by)


@transaction.atomic
def department_update(
    department: Department, values: Mapping[str, Any], *, by: User, version: int | None = None
) -> Department:
    """Change a unit; with another parent it comes last there.

    Raises:
        ValidationError: at `parent`, when the unit would come below itself.
        StaleRecord: the unit was changed since `version`.
    """
    tree_hold(Department)
    before = Department.objects.get(pk=department.pk)
    changed = node_update(before, values, by=by, version=version)
    _tell_reach(before, changed)
    return changed


@transaction.atomic
def department_move(department: Department, *, parent: Department | None, position: int, by: User) -> Department:
    """Put a unit below `parent` (None: at the top), as the one at `position` there, counted from 0.

    Raises:
        ValidationError: the unit would come below itself; its name stands there already.
    """
    tree_hold(Department)
    before = Department.objects.get(pk=department.pk)
    moved = node_move(department, parent=parent, position=position, by=by)
    _tell_reach(before, moved)
    return moved


@transaction.atomic
def department_delete(department: Department, *, by: User) -> None:
    """Remove a unit that nobody and nothing stands in.

    Raises:
        ValidationError: naming the members or units that are still there; for the only unit at the top.
    """
    tree_hold(Department, against_use=True)
    department = Department.objects.get(pk=department.pk)
    reasons = [*_people_left(department), *_units_left(department)]
    if reasons:
        text = _("“%(unit)s” can't be deleted: %(reasons)s.") % {"unit": department, "reasons": "；".join(reasons)}
        raise ValidationError(text, code="in_use")
    if department.parent_id is None and not Department.objects.filter(parent=None).exclude(pk=department.pk).exists():
        raise ValidationError(_("The organisation needs at least one unit at its top."), code="last_unit")
    # Users in the trash don't keep a unit from going; restored, they have none.
    User.objects.get_queryset().trashed().filter(department=department).update(department=None)
    record_delete(department, by=by)


def _people_left(department: Department) -> list[str]:
    members = list(User.objects.get_queryset().live().filter(department=department).order_by("pk"))
    if not members:
        return []
    text = ngettext(
        "%(count)s user belongs to it (%(names)s)", "%(count)s users belong to it (%(names)s)", len(members)
    )
    return [text % {"count": len(members), "names": _listed(members)}]


def _units_left(department: Department) -> list[str]:
    units = list(Department.objects.filter(parent=department))
    if not units:
        return []
    text = ngettext("%(count)s unit is below it (%(names)s)", "%(count)s units are below it (%(names)s)", len(units))
    return [text % {"count": len(units), "names": _listed(units)}]


def _listed(named: Sequence[object]) -> str:
    return "、".join(map(str, named[:NAMES_SHOWN])) + ("…" if len(named) > NAMES_SHOWN else "")


def _tell_reach(before: Department, after: Department) -> None:
    """Scopes follow the tree: sockets are closed, and connect again with the rights their users have now."""
    if before.parent_id != after.parent_id:
        close_sockets(current_company())
