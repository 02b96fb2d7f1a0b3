"""The page of one record: its fields, what hangs on it, what happened to it, what can be done."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from core.access import Actor, FieldRight
from core.pages import history
from core.pages.collaborators import PANEL as COLLABORATORS
from core.pages.lists import reachable
from core.pages.serving import actor, found, page, part_asked, respond
from core.records.files import PREVIEWED
from core.resources import Panel, Resource
from core.resources.action import Action
from core.resources.columns import Cell, cell
from core.resources.panel import related
from core.resources.registry import children_of

WIDE_KINDS = frozenset({"long_text", "json"})
JUST_ADDED = "pages.added"  # in the session: the record just created, so that its page asks once whether to add another


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with the cells under it."""

    heading: StrOrPromise
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the 快捷菜单; an empty `panel` is the record's own fields."""

    panel: str
    label: StrOrPromise
    icon: str
    url: str
    active: bool
    count: int | None = None


class RecordPage:
    """Everything the page of a record shows to one user."""

    def __init__(
        self, resource: Resource, record: Any, user: Actor, panel: str = "", older_than: int | None = None
    ) -> None:
        self.resource = resource
        self.record = record
        self.user = user
        self.url = resource.record_url(record)
        self.panels = {panel.name: panel for panel in panels_of(resource, user)}
        self.older_than = older_than
        if panel and panel not in self.panels:
            raise Http404(f"{resource.name} has no panel {panel}")
        self.panel: Panel | None = self.panels.get(panel)

    @property
    def sections(self) -> list[Section]:
        """The record's fields, those hidden from the user left out."""
        sections = self.resource.sections or {_("Basic information"): list(self.resource.all_columns)}
        shown = [Section(heading, self._cells(names)) for heading, names in sections.items()]
        return [section for section in shown if section.cells]

    def _cells(self, names: Any) -> list[Cell]:
        rights = {name: self.resource.right(self.user, name) for name in names}
        return [
            cell(self.resource.all_columns[name], self.record, right)
            for name, right in rights.items()
            if right > FieldRight.HIDDEN
        ]

    @property
    def state(self) -> list[Cell]:
        """The record's states: its fields that have colours."""
        return self._cells(self.resource.tones)

    @property
    def operation(self) -> list[Cell]:
        """Who owns and made the record, and when it was made and changed (操作信息), unless the sections say so."""
        said = {name for names in self.resource.sections.values() for name in names}
        names = [name for name in ("owner", "created_by", "created_at", "updated_at") if name not in said]
        known = {field.name for field in self.resource.model._meta.get_fields()}
        columns = [
            self.resource.column(name)
            for name in names
            if name in known and self.resource.right(self.user, name) > FieldRight.HIDDEN
        ]
        return [cell(column, self.record, self.resource.right(self.user, column.name)) for column in columns]

    @property
    def menu(self) -> list[Entry]:
        """The 快捷菜单: the fields, then the panels with their counts."""
        basic = Entry("", _("Basic information"), "list-details", self.url, self.panel is None)
        return [basic] + [
            Entry(
                panel.name,
                panel.label,
                panel.icon,
                f"{self.url}?panel={panel.name}",
                panel is self.panel,
                panel.count(self.record, self.user),
            )
            for panel in self.panels.values()
        ]

    @property
    def key(self) -> str:
        """The record's name among those last opened."""
        return f"{self.resource.name}:{self.record.pk}"

    @property
    def inline_url(self) -> str:
        """Where its values are changed in their place; empty when the user may change none."""
        return f"{self.url}field/" if self.inline else ""

    @property
    def context(self) -> dict[str, Any]:
        """What the page's templates are given: the page, the record, and what the open panel adds."""
        added = self.panel.context(self.record, self.user) if self.panel else {}
        return {**added, "page": self, "record": self.record, "panel": self.panel, "title": str(self.record)}

    @property
    def previewed(self) -> frozenset[str]:
        """The types of files that may be looked at in the page."""
        return PREVIEWED

    @cached_property
    def lines(self) -> list[history.Line]:
        """The newest lines of the log about the record, or those that follow the oldest shown before."""
        return (
            history.lines(self.resource, self.record, self.user, before=self.older_than)
            if "history" in self.panels
            else []
        )

    @property
    def days(self) -> list[Any]:
        """The lines by day, for the feed (动态信息)."""
        return history.by_day(self.lines)

    @property
    def has_feed(self) -> bool:
        """Whether the page tells what happened."""
        return "history" in self.panels and (self.panel is None or self.panel.name != "history")

    @property
    def older_url(self) -> str:
        """The lines before the oldest one shown; empty when there are none."""
        full = len(self.lines) == history.LINES
        return f"{self.url}?panel=history&before={self.lines[-1].entry.pk}" if full else ""

    @cached_property
    def can(self) -> dict[str, bool]:
        """{verb: whether the user may do it to this record}."""
        verbs = {"change", "delete", *(action.verb for action in self.resource.actions)} & set(self.resource.all_verbs)
        return {verb: bool(reachable(self.resource, self.user, [self.record], verb)) for verb in verbs}

    @cached_property
    def inline(self) -> frozenset[str]:
        """The fields that the user may change in their place."""
        return frozenset(self.resource.inline_fields(self.user, self.record)) if self.can.get("change") else frozenset()

    @cached_property
    def actions(self) -> list[Action]:
        """What can be done to the record now, by this user."""
        return [
            action
            for action in self.resource.actions
            if self.can[action.verb] and self.resource.sensible(action, [self.record], self.user)
        ]

    @property
    def primary_actions(self) -> list[Action]:
        """The actions that stand as buttons."""
        return [action for action in self.actions if action.primary]

    @property
    def more_actions(self) -> list[Action]:
        """The actions of the menu 快捷操作."""
        return [action for action in self.actions if not action.primary]


def panels_of(resource: Resource, user: Actor) -> list[Panel]:
    """The panels that the user sees on a record's page: what hangs on it, what was declared, its collaborators."""
    hanging = [related(child, str(child.parent)) for child in children_of(resource.model)]
    declared = [*hanging, *resource.panels, *([COLLABORATORS] if resource.collaborative else [])]
    return [panel for panel in declared if not panel.permission or user.access.may(panel.permission)]


def seen(resource: Resource, user: Actor, pk: int) -> Any:
    """The record with everything its page shows, if the user may see it; else Http404."""
    return found(resource, user, pk, rows=resource.with_columns(resource.rows(user)))


@page("view")
def show(request: HttpRequest, resource: Resource, pk: int) -> HttpResponse:
    """The record's page, one of its panels open; for htmx the panel, or a preview, alone."""
    record = seen(resource, actor(request), pk)
    before = request.GET.get("before", "")
    older_than = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    shown = RecordPage(resource, record, actor(request), request.GET.get("panel", ""), older_than)
    part = part_asked(request, "record-body", "drawer", "older")
    asks = _was_just_added(request, resource, record, part)
    context = {**shown.context, "in_drawer": part == "drawer", "ask_to_add": asks}
    return respond(request, resource, "record", context, part=part, title=record)


def _was_just_added(request: HttpRequest, resource: Resource, record: Any, part: str) -> bool:
    if part or request.session.get(JUST_ADDED) != [resource.name, record.pk]:
        return False
    del request.session[JUST_ADDED]
    return True
