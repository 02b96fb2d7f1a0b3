"""What may be done to the records of a list, one by one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from core.access import READING, Actor, Reach
from core.records.base import TRASH_ACTIONS
from core.resources import Resource
from core.resources.action import Action


def reached_by(resource: Resource, user: Actor, records: Sequence[Any], verbs: Collection[str]) -> dict[str, set[int]]:
    """For each verb the keys of those of the records that it reaches; verbs that reach equally far are asked once."""
    pks = [record.pk for record in records]
    trashed = {record.pk for record in records if getattr(record, "deleted_at", None) is not None}
    reached: dict[str, set[int]] = {}
    asked: dict[tuple[Reach, bool, bool], set[int]] = {}
    for verb in verbs:
        reach = user.access.reach(resource.permission(verb))
        if reach.nothing or not pks:
            reached[verb] = set()
        elif reach.everything:
            reached[verb] = trashed if verb in TRASH_ACTIONS else set(pks) - trashed
        else:
            alike = reach, verb in TRASH_ACTIONS, verb in READING
            if alike not in asked:
                asked[alike] = set(resource.rows(user, verb).filter(pk__in=pks).values_list("pk", flat=True))
            reached[verb] = asked[alike]
    return reached


def operations(verbs: Collection[str], actions: Sequence[Action]) -> list[str | Action]:
    """What may be done to a record in its row, the most used first: its verbs by name, and its actions."""
    first = [action for action in actions if action.primary]
    others = [action for action in actions if not action.primary]
    last = [verb for verb in ("delete", "restore", "purge") if verb in verbs]
    return [*(["change"] if "change" in verbs else []), *first, *last, *others]
