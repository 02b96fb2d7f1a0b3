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
from core.records.history import log
from core.records.services import record_create, record_delete, record_update
from tenants.people.models import Department, User
from tenants.people.tree import Tree

FIRST_CODE = 10_000_001
NAMES_SHOWN = 5


def next_code() -> str:
    """A code to suggest for a new unit: one more than the greatest in use; 10000002 beside the company alone."""
    codes = Department.objects.values_list("code", flat=True)
    numbers = [int(code) for code in codes if code.isascii() and code.isdigit() and len(code) == len(str(FIRST_CODE))]
    return str(max([FIRST_CODE, *numbers]) + 1)


@transaction.atomic
def department_create(values: Mapping[str, Any], *, by: User) -> Department:
    """Add a unit as the last one below its parent."""
    _hold_tree()
    department = Department(order=_last_place(values.get("parent")))
    return record_create(department, values, by=by)


@transaction.atomic
def department_update(
    department: Department, values: Mapping[str, Any], *, by: User, version: int | None = None
) -> Department:
    """Change a unit; with another parent it comes last there.

    Raises:
        ValidationError: at `parent`, when the unit would come below itself.
        StaleRecord: the unit was changed since `version`.
    """
    _hold_tree()
    before = Department.objects.get(pk=department.pk)
    moved = "parent" in values and values["parent"] != before.parent
    if moved:
        _refuse_circle(before, values["parent"])
        Department.objects.filter(pk=before.pk).update(order=_last_place(values["parent"]))
    changed = record_update(before, values, by=by, version=version)
    if moved:
        _reach_changed()
    return changed


@transaction.atomic
def department_move(department: Department, *, parent: Department | None, position: int, by: User) -> Department:
    """Put a unit below `parent` (None: at the top), as the one at `position` there, counted from 0.

    Raises:
        ValidationError: the unit would come below itself; its name stands there already.
    """
    _hold_tree()
    moved: Department = Department.objects.get(pk=department.pk)
    before, before_place = moved.parent, _place(moved)
    siblings = [unit for unit in Department.objects.filter(parent=parent) if unit.pk != moved.pk]
    if before != parent:
        _refuse_circle(moved, parent)
        moved.parent = parent
        moved.validate_constraints()
        record_update(department, {"parent": parent}, by=by, verb="move")
    place = max(0, min(position, len(siblings)))
    _number([*siblings[:place], moved, *siblings[place:]])
    if before != parent:
        _reach_changed()
    elif place != before_place:
        changes = {"order": [before_place + 1, place + 1]}
        log("move", by=by, resource="departments", record=moved, changes=changes)
    moved.refresh_from_db()
    return moved


@transaction.atomic
def department_delete(department: Department, *, by: User) -> None:
    """Remove a unit that nobody and nothing stands in.

    Raises:
        ValidationError: naming the members or units that are still there; for the only unit at the top.
    """
    _hold_tree(against_use=True)
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


def _hold_tree(*, against_use: bool = False) -> None:
    """Lock every unit, so that what was checked of the tree stays so until the commit. A few hundred rows.

    `against_use`: until then nobody comes to stand in a unit either.
    """
    list(Department.objects.select_for_update(no_key=not against_use).order_by("pk").values_list("pk"))


def _refuse_circle(department: Department, parent: Department | None) -> None:
    if parent is not None and parent.pk in Tree.load().below(department.pk):
        text = _("A unit can't be moved below itself.")
        raise ValidationError({"parent": ValidationError(text, code="circle")})


def _last_place(parent: Department | None) -> int:
    last = Department.objects.filter(parent=parent).order_by("-order").values_list("order", flat=True).first()
    return 0 if last is None else int(last) + 1


def _place(department: Department) -> int:
    return [unit.pk for unit in Department.objects.filter(parent=department.parent)].index(department.pk)


def _number(units: Sequence[Department]) -> None:
    for order, unit in enumerate(units):
        if unit.order != order:
            Department.objects.filter(pk=unit.pk).update(order=order)


def _reach_changed() -> None:
    """Scopes follow the tree: sockets are closed, and connect again with the rights their users have now."""
    close_sockets(current_company())
