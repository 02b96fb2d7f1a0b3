"""The log of one record as its reader may know it: in words, hidden fields left out, masked ones masked."""

from __future__ import annotations

import datetime
import decimal
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from core.access import Actor, FieldRight
from core.access.masking import mask
from core.access.models import Collaborator
from core.records import verbs
from core.records.custom import dormant_fields, is_custom
from core.records.models import LogEntry
from core.resources import Column, Resource
from core.resources.columns import exists
from core.resources.custom import column_of

LINES = 20

MARKS: Mapping[str, Mapping[str, str]] = {
    "create": {"icon": "plus", "tone": ""},
    "change": {"icon": "pencil", "tone": "a"},
    "delete": {"icon": "trash", "tone": "r"},
    "restore": {"icon": "arrow-back-up", "tone": "g"},
    "attach": {"icon": "paperclip", "tone": "b"},
    "detach": {"icon": "paperclip", "tone": "r"},
    "share": {"icon": "user-plus", "tone": "v"},
    "unshare": {"icon": "user-minus", "tone": "v"},
}
OTHER_MARK = {"icon": "bolt", "tone": "b"}
# What lines of these verbs name is no field of the record, though a field may be called the same.
BESIDE_FIELDS = frozenset({"attach", "detach", "share", "unshare"})
BESIDE_LABELS: Mapping[str, StrOrPromise] = {
    "file": gettext_lazy("Attachment"),
    "user": gettext_lazy("Collaborator"),
    "level": gettext_lazy("Right"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One field of a line: its label, and what it was and became, in words."""

    label: StrOrPromise
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log for one reader. `behind` names the person who acted as the user, if anybody did."""

    entry: LogEntry
    verb: StrOrPromise
    changes: Sequence[Change]
    behind: str
    icon: str
    tone: str


def lines(
    resource: Resource,
    record: models.Model,
    user: Actor,
    *,
    before: int | None = None,
    earlier_than: datetime.datetime | None = None,
    limit: int = LINES,
) -> list[Line]:
    """The newest lines about the record, or those before the line `before` or a moment; at most `limit`."""
    entries = LogEntry.objects.of(resource.name, record.pk)
    if before is not None:
        entries = entries.filter(pk__lt=before)
    if earlier_than is not None:
        entries = entries.filter(at__lt=earlier_than)
    found = list(entries[:limit])
    return [_line(resource, entry, user, _people_behind(found)) for entry in found]


def by_day(shown: Sequence[Line]) -> list[tuple[datetime.date, list[Line]]]:
    """The lines grouped by day, in the reader's time zone."""
    return [
        (day, list(group))
        for day, group in itertools.groupby(shown, key=lambda line: timezone.localtime(line.entry.at).date())
    ]


def verb_label(resource: Resource, verb: str) -> StrOrPromise:
    """What a verb of the log is called."""
    actions = {action.name: action.label for action in resource.actions}
    return actions.get(verb) or verbs.labels.get(verb) or resource.all_verbs.get(verb) or verb


def _people_behind(entries: Sequence[LogEntry]) -> Mapping[int, str]:
    ids = {entry.impersonator_id for entry in entries if entry.impersonator_id}
    return {user.pk: str(user) for user in get_user_model().objects.get_queryset().known(ids)} if ids else {}


def _line(resource: Resource, entry: LogEntry, user: Actor, people: Mapping[int, str]) -> Line:
    mark = MARKS.get(entry.verb, OTHER_MARK)
    behind = people.get(entry.impersonator_id or 0, "")
    return Line(
        entry,
        verb_label(resource, entry.verb),
        list(changes(resource, entry, user)),
        behind,
        mark["icon"],
        mark["tone"],
    )


def changes(resource: Resource, entry: LogEntry, user: Actor) -> Iterator[Change]:
    """What a line of the log tells the user of fields: hidden ones are left out, masked ones masked."""
    for name, (before, after) in entry.changes.items():
        if entry.verb in BESIDE_FIELDS:
            yield Change(BESIDE_LABELS.get(name, name), _level(before), _level(after))
            continue
        right = resource.right(user, name)
        if right is FieldRight.HIDDEN:
            continue
        column = _column(resource, name)
        if column is None and is_custom(name) and not user.access.administrator:
            continue  # the field is gone, and with it what roles were to know of it
        texts = [_text(column, value) for value in (before, after)]
        if right is FieldRight.MASKED:
            texts = [mask(text) for text in texts]
        yield Change(column.label if column else name, *texts)


def _column(resource: Resource, name: str) -> Column | None:
    if column := resource.all_columns.get(name):
        return column
    if is_custom(name):
        return next((column_of(field) for field in dormant_fields(resource.name) if field.name == name), None)
    return resource.column(name) if exists(resource.model, name) else None


def _level(value: Any) -> str:
    """The right of a collaborator in words; anything else as it is."""
    return str(dict(Collaborator.Level.choices).get(value, value or ""))


def _text(column: Column | None, value: Any) -> str:
    """A logged value in words; the log keeps JSON scalars, the column knows what they stand for."""
    if value is None or value == "":
        return ""
    if isinstance(value, list):
        return "、".join(map(str, value))
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if column is None:
        return str(value)
    if column.choices:
        return {str(key): str(label) for key, label in column.choices}.get(str(value), str(value))
    return column.text(_typed(column, value))


def _typed(column: Column, value: Any) -> Any:
    try:
        match column.kind:
            case "datetime":
                return datetime.datetime.fromisoformat(value)
            case "money" | "number" if isinstance(value, str):
                return decimal.Decimal(value)
    except (TypeError, ValueError, decimal.InvalidOperation):
        return value  # logged when the field was of another kind
    return value
