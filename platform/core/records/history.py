"""Writing the log: one line for each change, in the transaction of the change."""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.files import File
from django.db import models

from core.access import Actor
from core.db.copying import copy_records
from core.records.acting import acting
from core.records.models import LogEntry

# Values of these fields are never written to the log.
SECRET_FIELDS = frozenset({"password"})


def log(
    verb: str,
    *,
    by: Actor | None,
    resource: str = "",
    record: models.Model | None = None,
    changes: Mapping[str, list[Any]] | None = None,
) -> LogEntry:
    """Write one line of the log. `changes` maps field names to [before, after]."""
    entry = log_line(verb, by=by, resource=resource, record=record, changes=changes)
    entry.save(force_insert=True)
    return entry


def log_line(
    verb: str,
    *,
    by: Actor | None,
    resource: str = "",
    record: models.Model | None = None,
    changes: Mapping[str, list[Any]] | None = None,
) -> LogEntry:
    """The line that `log` would write, for `log_lines` to write with many others."""
    circumstances = acting()
    return LogEntry(
        actor_id=by.pk if by else None,
        actor_name=str(by)[:60] if by else "",
        impersonator_id=circumstances.impersonator_id,
        address=circumstances.address,
        verb=verb,
        resource=resource,
        record_id=record.pk if record else None,
        record_text=str(record)[:200] if record else "",
        changes=dict(changes or {}),
    )


def log_lines(lines: Sequence[LogEntry]) -> None:
    """Write many lines in one go."""
    copy_records(lines)


def loggable(value: Any) -> Any:
    """The value as the log keeps it: a JSON scalar; records and sets of records by their text."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case decimal.Decimal() | datetime.date() | datetime.time():
            return str(value)
        case models.Model():
            return str(value)
        case File():  # iterating over it would read its lines
            return value.name or ""
        case Mapping():
            return {str(key): loggable(item) for key, item in value.items()}
        case Iterable():
            return [loggable(item) for item in value]
    return str(value)


def changed_field(field_name: str, before: Any, after: Any) -> list[Any]:
    """The [before, after] of a field as the log keeps it; a secret's values are left out."""
    if field_name in SECRET_FIELDS:
        return ["", ""]
    return [loggable(before), loggable(after)]
