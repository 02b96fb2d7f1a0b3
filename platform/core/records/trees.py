"""Rows that form a tree (分类, 组织): each below another or at the top, beside its siblings in an order people gave.

Whatever is done to a tree holds all of it, a few hundred rows: so that two changes at once cut no branch off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from core.access import Actor, guarded
from core.records.base import Stored
from core.records.history import log
from core.records.services import record_create, record_update

N = TypeVar("N", bound=Stored)
PARENT, ORDER = "parent", "order"


def tree_hold(model: type[models.Model], *, against_use: bool = False) -> None:
    """Lock every row, so that what was checked of the tree stays so until the commit.

    `against_use`: until then nobody comes to refer to a row either.
    """
    list(model._base_manager.select_for_update(no_key=not against_use).order_by("pk").values_list("pk"))


def refuse_circle(node: models.Model, parent: models.Model | None) -> None:
    """ValidationError at the parent where that is the row itself or stands below it: the branch would be cut off."""
    if parent is None or node.pk is None:
        return
    parents = dict(type(node)._base_manager.values_list("pk", f"{PARENT}_id"))
    above: set[int] = set()
    at: int | None = parent.pk
    while at is not None and at not in above:
        above.add(at)
        at = parents[at]
    if node.pk in above:
        raise ValidationError({PARENT: ValidationError(_("It can't be moved below itself."), code="circle")})


@transaction.atomic
def node_create(node: N, values: Mapping[str, Any], *, by: Actor) -> N:
    """Add a row as the last one below its parent."""
    tree_hold(type(node))
    tree: Any = node
    tree.order = _last_place(type(node), values.get(PARENT))
    return record_create(node, values, by=by)


@transaction.atomic
def node_update(node: N, values: Mapping[str, Any], *, by: Actor, version: int | None = None) -> N:
    """Change a row; with another parent it comes last there.

    Raises:
        ValidationError: it would come below itself.
        StaleRecord: it was changed since `version`.
    """
    tree_hold(type(node))
    stored: Any = type(node)._base_manager.get(pk=node.pk)
    if PARENT in values and values[PARENT] != stored.parent:
        refuse_circle(stored, values[PARENT])
        place = _last_place(type(node), values[PARENT])
        type(node)._base_manager.filter(pk=stored.pk).update(**{ORDER: place})
    return record_update(node, values, by=by, version=version)


@transaction.atomic
def node_move(node: N, *, parent: N | None, position: int, by: Actor) -> N:
    """Put a row below `parent` (None: at the top), as the one at `position` there, counted from 0.

    Raises:
        ValidationError: it would come below itself; its name stands there already.
    """
    model: Any = type(node)
    tree_hold(model)
    moved = model._base_manager.get(pk=node.pk)
    siblings = [row for row in _siblings(model, parent) if row.pk != moved.pk]
    before, before_place = moved.parent, _place(moved)
    if before != parent:
        refuse_circle(moved, parent)
        moved.parent = parent
        moved.validate_constraints()
        record_update(node, {PARENT: parent}, by=by, verb="move")
    place = max(0, min(position, len(siblings)))
    _number([*siblings[:place], moved, *siblings[place:]])
    if before == parent and place != before_place:
        changes = {ORDER: [before_place + 1, place + 1]}
        log("move", by=by, resource=guarded(model).name, record=moved, changes=changes)
    moved.refresh_from_db()
    return moved  # type: ignore[no-any-return]


def _siblings(model: type[models.Model], parent: models.Model | None) -> models.QuerySet[Any]:
    return model._base_manager.filter(**{PARENT: parent}).order_by(ORDER, "pk")


def _last_place(model: type[models.Model], parent: models.Model | None) -> int:
    last = _siblings(model, parent).aggregate(last=Max(ORDER))["last"]
    return 0 if last is None else int(last) + 1


def _place(node: Any) -> int:
    return list(_siblings(type(node), node.parent).values_list("pk", flat=True)).index(node.pk)


def _number(nodes: Sequence[Any]) -> None:
    for order, node in enumerate(nodes):
        if node.order != order:
            type(node)._base_manager.filter(pk=node.pk).update(order=order)
