"""动态信息: what happened to a record and what was said about it, newest first; and the composer that adds to it."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django_stubs_ext import StrOrPromise

from core.access import Actor, FieldRight
from core.pages import history
from core.pages.widgets import dressed
from core.records.attachments import attachment_add, attachments_of_many
from core.records.models import Attachment
from core.records.searching import GramsField
from core.resources import Resource, ResourceForm
from core.resources.columns import Cell
from core.resources.forms import refuse
from core.resources.registry import children_of

SHOWN = 20
TALK, CHANGES = "talk", "changes"
UNKNOWN_MARK = ("message-circle", "b")


@dataclass(frozen=True, slots=True)
class Told:
    """A row of a story as its reader sees it."""

    resource: Resource
    record: Any
    at: datetime.datetime
    kind: str
    text: str
    icon: str
    tone: str
    files: Sequence[Attachment] = ()
    comments: Sequence[Any] = ()
    may_comment: bool = False
    more: Sequence[Cell] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in the feed: a line of the log, or something told."""

    at: datetime.datetime
    line: history.Line | None = None
    told: Told | None = None


@dataclass
class Feed:
    """The feed of one record for one reader. `only` narrows it to TALK or CHANGES; `before` goes on from there."""

    resource: Resource
    record: Any
    user: Actor
    only: str = ""
    before: datetime.datetime | None = None
    more: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.stories = stories_of(self.resource, self.user)
        has_log = any(panel.name == "history" for panel in self.resource.panels)
        entries = list(self._lines()) if has_log and self.only != TALK else []
        if self.only != CHANGES:
            for child in self.stories:
                entries += self._told(child)
        entries.sort(key=lambda entry: entry.at, reverse=True)
        last = entries[min(len(entries), SHOWN) - 1].at if entries else None
        # What happened at the very same moment is not torn apart: the next page goes on before it.
        self.entries = [entry for place, entry in enumerate(entries) if place < SHOWN or entry.at == last]
        self.more = len(self.entries) < len(entries)

    @property
    def days(self) -> list[tuple[datetime.date, list[Entry]]]:
        """The entries by day, in the reader's time zone."""
        groups = itertools.groupby(self.entries, key=lambda entry: timezone.localtime(entry.at).date())
        return [(day, list(group)) for day, group in groups]

    @property
    def older(self) -> str:
        """From where the older ones go on; empty when there are none."""
        return self.entries[-1].at.isoformat() if self.more else ""

    def _lines(self) -> Iterable[Entry]:
        lines = history.lines(self.resource, self.record, self.user, earlier_than=self.before, limit=SHOWN + 1)
        return [Entry(line.entry.at, line=line) for line in lines]

    def _told(self, child: Resource) -> list[Entry]:
        story: Any = child.story
        rows = child.rows(self.user).filter(**{str(child.parent): self.record}).select_related(*_named_in(child))
        if self.before is not None:
            rows = rows.filter(**{f"{story.time}__lt": self.before})
        spared = [field.name for field in child.model._meta.concrete_fields if isinstance(field, GramsField)]
        records = list(rows.defer(*spared).order_by(f"-{story.time}", "-pk")[: SHOWN + 1])
        pks = [record.pk for record in records]
        comments = story.comments(pks) if pks and story.comment else {}
        files: dict[int, list[Attachment]] = {}
        for file in attachments_of_many(child.name, pks):
            files.setdefault(file.record_id, []).append(file)
        may_comment = bool(story.comment) and self.user.access.may(child.permission(child.action(story.comment).verb))
        return [
            Entry(
                getattr(record, story.time),
                told=_told(
                    child, record, self.user, files.get(record.pk, ()), comments.get(record.pk, ()), may_comment
                ),
            )
            for record in records
        ]


def _named_in(child: Resource) -> list[str]:
    """The records that a row of the story names."""
    story: Any = child.story
    named = (*story.fields, "owner")
    return [field.name for field in child.model._meta.concrete_fields if field.is_relation and field.name in named]


def _told(
    child: Resource,
    record: Any,
    user: Actor,
    files: Sequence[Attachment],
    comments: Sequence[Any],
    may_comment: bool,
) -> Told:
    story: Any = child.story
    shown = {name: child.cell(record, child.column(name), user).text for name in (story.kind, story.text)}
    icon, tone = story.icons.get(getattr(record, story.kind), UNKNOWN_MARK)
    at = getattr(record, story.time)
    cells = [child.cell(record, child.column(name), user) for name in story.more]
    more = [each for each in cells if each.text]
    return Told(child, record, at, shown[story.kind], shown[story.text], icon, tone, files, comments, may_comment, more)


def stories_of(resource: Resource, user: Actor) -> list[Resource]:
    """The resources whose rows stand in the feed of this one's records, as far as the user may see any."""
    return [
        child
        for child in children_of(resource.model)
        if child.story is not None and user.access.may(child.permission("view"))
    ]


@dataclass
class Composer:
    """The composer of one record for one user: a short form of the story that it adds to."""

    child: Resource
    form: ResourceForm
    label: StrOrPromise = ""
    errors: list[str] = field(default_factory=list)

    @property
    def kinds(self) -> list[tuple[str, StrOrPromise, str, bool]]:
        """The tabs: value, label, icon, whether it is chosen."""
        story: Any = self.child.story
        if story.kind not in self.form.fields:
            return []
        chosen = self.form[story.kind].value()
        return [
            (str(value), label, story.icons.get(value, UNKNOWN_MARK)[0], str(value) == str(chosen))
            for value, label in self.child.column(story.kind).choices
        ]

    @property
    def text(self) -> Any:
        """The field of what is said."""
        story: Any = self.child.story
        return self.form[story.text]

    @property
    def more(self) -> list[Any]:
        """The further fields."""
        story: Any = self.child.story
        return [self.form[name] for name in story.more if name in self.form.fields]

    @property
    def problems(self) -> list[str]:
        """Everything that was refused, in words."""
        return [*self.errors, *(str(error) for errors in self.form.errors.values() for error in errors)]

    def save(self, files: Iterable[UploadedFile[Any]], *, by: Actor) -> Any:
        """Store what was written together with its files, or nothing: None, and `problems` say why."""
        if not self.form.is_valid():
            return None
        try:
            with transaction.atomic():
                record: Any = self.child.save(self.form, by=by)
                for upload in files if record is not None else ():
                    attachment_add(record, upload, by=by)
                return record
        except ValidationError as error:
            if hasattr(error, "error_dict"):
                refuse(self.form, error)
            else:
                self.errors += error.messages
            return None


def composer_of(resource: Resource, record: Any, user: Actor, data: Any = None) -> Composer | None:
    """The composer of the first story that the user may add to; None where there is none."""
    for child in stories_of(resource, user):
        story: Any = child.story
        if not user.access.may(child.permission("add")) or child.right(user, story.text) is not FieldRight.EDIT:
            continue
        given = None
        if data is not None:
            given = data.copy()
            given[str(child.parent)] = str(record.pk)
        form = child.form_for(user, data=given, initial={child.parent: record.pk})
        for name in [name for name in form.fields if name not in (*story.fields, child.parent)]:
            del form.fields[name]  # what is not asked for is as the model has it: now, by oneself
        return Composer(child, dressed(form), child.singular)
    return None


def read_before(text: str) -> datetime.datetime | None:
    """The time that a page of the feed goes on from; Http404 for what is none."""
    if not text:
        return None
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None or timezone.is_naive(found):
        raise Http404("no such time")
    return found
