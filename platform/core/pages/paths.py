"""The path of a record's states, as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django_stubs_ext import StrOrPromise

from core.access import Actor, FieldRight
from core.resources import Resource


@dataclass(frozen=True, slots=True)
class PathStep:
    """One state of the path; `passed` stands before the one that the record is in."""

    value: str
    label: StrOrPromise
    current: bool
    passed: bool


def path_of(resource: Resource, record: Any, user: Actor) -> list[PathStep]:
    """The states of the record's path as the user sees them; none where there is no path, or no right to see it."""
    name = resource.head.path
    if not name or resource.right(user, name) < FieldRight.READ_ONLY:
        return []
    choices = [(str(value), label) for value, label in resource.column(name).choices if value not in ("", None)]
    values = [value for value, _label in choices]
    now = str(getattr(record, name))
    at = values.index(now) if now in values else -1
    return [PathStep(value, label, place == at, place < at) for place, (value, label) in enumerate(choices)]
