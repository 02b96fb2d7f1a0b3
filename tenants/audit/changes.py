"""What a line of the log changed, for one reader."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.access import Actor, model_guarded_as
from core.pages.history import Change, changes
from core.records.models import LogEntry
from core.resources import registry
from core.resources.columns import Column, exists


def changes_of(entry: LogEntry, user: Actor) -> list[Change]:
    """Field by field, before and after: what the reader's field rights on the entry's own module let them know."""
    resource = registry.resources.get(entry.resource)
    if resource is not None:
        return list(changes(resource, entry, user))
    screen = registry.screens.get(entry.resource)
    if screen is not None and not user.access.may(screen.permission("view")):
        return []
    return list(_plain(entry))


def _plain(entry: LogEntry) -> Iterator[Change]:
    """For what is no module, such as the basic settings: labels of the model's fields, or the names as they are."""
    model = model_guarded_as(entry.resource)
    for name, (before, after) in entry.changes.items():
        if model is not None and exists(model, name):
            column = Column.of_field(model, name)
            yield Change(column.label, _text(column, before), _text(column, after))
        else:
            yield Change(name, _words(before), _words(after))


def _text(column: Column, value: Any) -> str:
    return _words(value) if isinstance(value, list) else column.text(value)


def _words(value: Any) -> str:
    if isinstance(value, list):
        return "、".join(map(str, value))
    return "" if value is None else str(value)
