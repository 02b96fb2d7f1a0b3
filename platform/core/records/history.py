"""Writing the log: one line for each change, in the transaction of the change."""

from __future__ import annotations

import datetime
import decimal
import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.files import File
from django.db import models

from core.access import Actor, guarded
from core.db.copying import copy_rows
from core.records.acting import acting
from core.records.models import LogEntry

# Values of these fields are never written to the log.
SECRET_FIELDS = frozenset({"password"})
LONGEST_TEXT = 200  # of what a record is called


def log(
    verb: str,
    *,
    by: Actor | None,
    resource: str = "",
    record: models.Model | None = None,
    changes: Mapping[str, list[Any]] | None = None,
) -> LogEntry:
    """Write one line of the log. `changes` maps field names to [before, after]."""
    circumstances = acting()
    entry = LogEntry(
        actor_id=by.pk if by else None,
        actor_name=_name_of(by),
        impersonator_id=circumstances.impersonator_id,
        address=circumstances.address,
        verb=verb,
        resource=resource,
        record_id=record.pk if record else None,
        record_text=str(record)[:LONGEST_TEXT] if record else "",
        changes=dict(changes or {}),
    )
    entry.save(force_insert=True)
    return entry


def log_each(
    verb: str, records: Sequence[models.Model], *, by: Actor | None, changes: Iterable[Mapping[str, list[Any]]] = ()
) -> None:
    """Write the line that `log` would write for each of the records of one model, in one go.

    `changes` are those of each, in order; none are told where it is empty.
    """
    if not records:
        return
    circumstances = acting()
    given = {
        "actor_id": by.pk if by else None,
        "actor_name": _name_of(by),
        "impersonator_id": circumstances.impersonator_id,
        "address": circumstances.address,
        "verb": verb,
        "resource": guarded(type(records[0])).name,
    }
    same = tuple(given.values())
    copy_rows(
        LogEntry,
        (*given, "record_id", "record_text", "changes"),
        (
            (*same, record.pk, str(record)[:LONGEST_TEXT], json.dumps(told) if told else "{}")
            for record, told in zip(records, changes or itertools.repeat({}), strict=False)
        ),
    )


def _name_of(by: Actor | None) -> str:
    return str(by)[:60] if by else ""


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
