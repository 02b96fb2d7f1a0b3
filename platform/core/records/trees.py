"""Rows that form a tree (分类): each below another one or at the top, beside its siblings in an order people gave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from core.access import Actor, guarded
from core.records.base import Stored
from core.records.history import log
from core.records.services import record_update

N = TypeVar("N", bound=Stored)
PARENT, ORDER = "parent", "order"


def last_place(model: type[Stored], parent: Stored | None) -> int:
    """The place after the last row below `parent` (None: at the top)."""
    rows: Any = model._base_manager
    last = rows.filter(parent=parent).aggregate(last=Max(ORDER))["last"]
    return 0 if last is None else int(last) + 1


@transaction.atomic
def node_move(node: N, *, parent: N | None, position: int, by: Actor) -> N:
    """Put a row below `parent` (None: at the top), as the one at `position` there, counted from 0.

    The whole tree is locked, so that two moves at once cut no branch off.

    Raises:
        ValidationError: it would come below itself; its name stands there already.
    """
    model: Any = type(node)
    list(model._base_manager.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    moved = model._base_manager.get(pk=node.pk)
    siblings = list(model._base_manager.filter(parent=parent).exclude(pk=moved.pk).order_by(ORDER, "pk"))
    before, before_place = moved.parent_id, _place(moved)
    if before != (parent.pk if parent else None):
        if parent is not None and moved.pk in _above(parent):
            raise ValidationError({PARENT: ValidationError(_("It can't be moved below itself."), code="circle")})
        moved.parent = parent
        moved.validate_constraints()
        record_update(node, {PARENT: parent}, by=by, verb="move")
    place = max(0, min(position, len(siblings)))
    _number([*siblings[:place], moved, *siblings[place:]])
    if before == moved.parent_id and place != before_place:
        changes = {ORDER: [before_place + 1, place + 1]}
        log("move", by=by, resource=guarded(model).name, record=moved, changes=changes)
    moved.refresh_from_db()
    return moved  # type: ignore[no-any-return]


def _above(node: Any) -> set[int]:
    found: set[int] = set()
    while node is not None and node.pk not in found:
        found.add(node.pk)
        node = node.parent
    return found


def _place(node: Any) -> int:
    rows = type(node)._base_manager.filter(parent=node.parent_id).order_by(ORDER, "pk")
    return list(rows.values_list("pk", flat=True)).index(node.pk)


def _number(nodes: Sequence[Any]) -> None:
    for order, node in enumerate(nodes):
        if node.order != order:
            type(node)._base_manager.filter(pk=node.pk).update(order=order)
