"""The page of one record: its fields, what hangs on it, what happened to it, what can be done."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.access import Actor, FieldRight
from core.db.keys import key_in
from core.pages import history, once
from core.pages.operations import reached_by
from core.pages.paths import PathStep, path_of
from core.pages.quick_menu import Entry, addable_to, menu_of, panels_of
from core.pages.sections import cells_of, operation_of, sections_of, written
from core.pages.serving import WRITE, actor, found, page, part_asked, respond
from core.pages.story import CHANGES, TALK, Composer, Feed, composer_of, read_before, stories_of
from core.records.files import PREVIEWED
from core.resources import Advice, Panel, Resource
from core.resources.action import Action
from core.resources.columns import Cell, cell, exists
from core.resources.registry import resource_of

JUST_ADDED = "pages.added"  # in the session: the record just created, so that its page asks once whether to add another


class RecordPage:
    """Everything the page of a record shows to one user."""

    def __init__(
        self,
        resource: Resource,
        record: Any,
        user: Actor,
        panel: str = "",
        older_than: int | None = None,
        asked: Mapping[str, str] | None = None,
    ) -> None:
        self.resource = resource
        self.record = record
        self.user = user
        self.url = resource.record_url(record)
        self.panels = {panel.name: panel for panel in panels_of(resource, user)}
        self.older_than = older_than
        self.asked = asked or {}
        if panel and panel not in self.panels:
            raise Http404(f"{resource.name} has no panel {panel}")
        self.panel: Panel | None = self.panels.get(panel)

    @property
    def values(self) -> SafeString:
        """The record's fields by sections, as HTML."""
        shown = sections_of(self.resource, self.record, self.user)
        return written(shown, self.operation, self.resource, self.inline)

    def _cells(self, names: Any) -> list[Cell]:
        return cells_of(self.resource, self.record, self.user, names)

    @property
    def state(self) -> list[Cell]:
        """The record's states: its fields that have colours, as far as it has them."""
        return [shown for shown in self._cells(self.resource.tones) if shown.text]

    @cached_property
    def columns_at_head(self) -> list[Cell]:
        """Who and where: the columns beside the name that have a value."""
        known = [name for name in self.resource.head.meta if exists(self.resource.model, name)]
        rights = {name: self.resource.right(self.user, name) for name in known}
        cells = [cell(self.resource.column(name), self.record, right) for name, right in rights.items()]
        return [shown for shown in cells if shown.text]

    @cached_property
    def tags(self) -> list[Cell]:
        """What is shown as tags beside the name."""
        return [shown for shown in self._cells(self.resource.head.tags) if shown.text]

    @cached_property
    def figures(self) -> list[Cell]:
        """The key numbers that are columns."""
        return self._cells(self.resource.head.figures)

    @cached_property
    def path(self) -> list[PathStep]:
        """The states of the record's path."""
        return path_of(self.resource, self.record, self.user)

    @property
    def may_step(self) -> bool:
        """Whether the user may move the record along its path."""
        name = self.resource.head.path
        return bool(self.can.get("change")) and self.resource.right(self.user, name) is FieldRight.EDIT

    @cached_property
    def advice(self) -> Advice | None:
        """What to do next about the record."""
        return self.resource.head.advice(self.record, self.user)

    @cached_property
    def starred(self) -> bool:
        """Whether the record has the user's star."""
        return self.resource.stars is not None and self.record.pk in self.resource.stars.of(self.user, [self.record.pk])

    @cached_property
    def operation(self) -> list[Cell]:
        """Who owns and made the record, and when, unless the sections say so (操作信息)."""
        return operation_of(self.resource, self.record, self.user)

    @cached_property
    def menu(self) -> list[Entry]:
        """The 快捷菜单: the fields, then the panels with their counts."""
        return menu_of(self.panels.values(), self.panel, self.record, self.user, self.resource)

    @property
    def key(self) -> str:
        """The record's name among those last opened."""
        return f"{self.resource.name}:{self.record.pk}"

    @property
    def inline_url(self) -> str:
        """Where its values are changed in their place; empty when the user may change none."""
        return f"{self.url}field/" if self.inline else ""

    @property
    def people_url(self) -> str:
        """Where the names after an @ are found."""
        return resource_of(get_user_model()).choice_url

    @property
    def token(self) -> str:
        """A token of the composer, so that a second click sends nothing twice."""
        return once.new_token()

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
        told = "history" in self.panels or bool(stories_of(self.resource, self.user))
        return told and (self.panel is None or self.panel.name != "history")

    @cached_property
    def feed(self) -> Feed:
        """What happened to the record and was said about it (动态信息), as the address narrows it."""
        only = self.asked.get("feed", "")
        before = read_before(self.asked.get("earlier", ""))
        return Feed(self.resource, self.record, self.user, only if only in {TALK, CHANGES} else "", before)

    @property
    def feed_filters(self) -> list[tuple[str, str]]:
        """What the feed can be narrowed to."""
        return [("", _("All")), (TALK, _("Talks")), (CHANGES, _("Changes"))]

    @property
    def counted(self) -> list[Entry]:
        """How many rows hang on the record, by module: key numbers too, where the head has any."""
        return [entry for entry in self.menu if entry.hangs] if self.resource.head.figures else []

    @property
    def to_add(self) -> list[Entry]:
        """What the user may add to the record, from its menu of actions."""
        return addable_to(self.resource, self.record, self.user)

    @cached_property
    def composer(self) -> Composer | None:
        """Where the user adds to it."""
        return composer_of(self.resource, self.record, self.user)

    @property
    def older_url(self) -> str:
        """The lines before the oldest one shown; empty when there are none."""
        full = len(self.lines) == history.LINES
        return f"{self.url}?panel=history&before={self.lines[-1].entry.pk}" if full else ""

    @cached_property
    def can(self) -> dict[str, bool]:
        """{verb: whether the user may do it to this record}."""
        verbs = {"change", "delete", *(action.verb for action in self.resource.actions)} & set(self.resource.all_verbs)
        reached = reached_by(self.resource, self.user, [self.record], verbs)
        return {verb: bool(reached[verb]) for verb in verbs}

    @cached_property
    def inline(self) -> frozenset[str]:
        """The fields that the user may change in their place."""
        return frozenset(self.resource.inline_fields(self.user)) if self.can.get("change") else frozenset()

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


def seen(resource: Resource, user: Actor, pk: int) -> Any:
    """The record with everything its page shows, if the user may see it; else Http404."""
    found(resource, user, pk, rows=resource.rows(user).only("pk"))
    for record in resource.fetch([pk], list(resource.all_columns.values())):
        return record
    raise Http404(f"{resource.name} {pk} is gone by now")


@page("view")
def show(request: HttpRequest, resource: Resource, pk: int) -> HttpResponse:
    """The record's page, one of its panels open; for htmx the panel, or a preview, alone."""
    record = seen(resource, actor(request), pk)
    older_than = key_in(request.GET.get("before", ""))
    panel = request.GET.get("panel", "")
    shown = RecordPage(resource, record, actor(request), panel, older_than, request.GET.dict())
    part = part_asked(request, "record-body", "drawer", "older", "story", "story-older")
    asks = _was_just_added(request, resource, record, part)
    context = {**shown.context, "in_drawer": part == "drawer", "ask_to_add": asks}
    return respond(request, resource, "record", context, part=part, title=record)


@page("view", WRITE)
def compose(request: HttpRequest, resource: Resource, pk: int) -> HttpResponse:
    """Add to the record's story what was written in its composer, with the files sent as `file`; 422 when refused."""
    user = actor(request)
    record = seen(resource, user, pk)
    composer = composer_of(resource, record, user, request.POST)
    if composer is None:
        raise PermissionDenied(f"nothing to tell of {resource.name}")
    uploads = [sent for sent in request.FILES.getlist("file") if isinstance(sent, UploadedFile)]

    def save() -> str | HttpResponse:
        if composer.save(uploads, by=user) is None:
            shown = RecordPage(resource, record, user)
            shown.composer = composer
            return respond(request, resource, "record", shown.context, title=record, status=422)
        messages.success(request, _("Saved."))
        return resource.record_url(record)

    return once.only_once(request, save)


def _was_just_added(request: HttpRequest, resource: Resource, record: Any, part: str) -> bool:
    if part or request.session.get(JUST_ADDED) != [resource.name, record.pk]:
        return False
    del request.session[JUST_ADDED]
    return True
