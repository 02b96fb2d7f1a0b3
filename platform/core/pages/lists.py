"""The list of a resource, and its trash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from core.access import Actor
from core.pages.address import NOT_IN_A_VIEW, Address, tidied
from core.pages.editing_many import editable_at_once
from core.pages.filtering import Control, controls_in_force, free_controls
from core.pages.links import parent_links
from core.pages.models import MOST_FROZEN, Colleague, ListSettings, SavedView
from core.pages.operations import operations, reached_by
from core.pages.serving import actor, page, part_asked, require, respond
from core.pages.table import AnyRecord, Pattern, RowPen, phone_places
from core.resources import Column, Resource
from core.resources.action import Action
from core.resources.filters import DATE_KINDS
from core.resources.query import PAGE_SIZE, ListQuery, Page, Problem
from core.resources.searching import searched
from core.resources.views import View
from core.shell.paging import Paging

ALL = "all"  # as a view: the whole list, where another view is opened first
IN_SIGHT = 3  # operations that stand in a row; the others wait in a menu
NOTHING: frozenset[str] = frozenset()
RANGED = DATE_KINDS | {"number", "money"}


@dataclass(frozen=True, slots=True)
class Tab:
    """One view in the row of tabs above the list."""

    label: StrOrPromise
    url: str
    active: bool
    count: str | None = None
    view: SavedView | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a column: `sort_url` sorts by it, the other way round if sorted already; empty: not sortable."""

    column: Column
    sort_url: str
    sorted: bool
    descending: bool
    width: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One record in the list, with what may be done with it here."""

    record: Any
    url: str
    operations: Sequence[str | Action] = ()
    inline: frozenset[str] = frozenset()
    starred: bool = False
    parent_url: str = ""

    @property
    def pk(self) -> int:
        """The record's key."""
        return int(self.record.pk)

    @property
    def in_sight(self) -> Sequence[str | Action]:
        """The operations that stand in the row."""
        return self.operations[:IN_SIGHT]

    @property
    def folded(self) -> Sequence[str | Action]:
        """The operations that wait in the row's menu."""
        return self.operations[IN_SIGHT:]


@dataclass(frozen=True, slots=True)
class Choosable:
    """One line of the column chooser; the `fixed` one names the record and always stands first."""

    column: Column
    shown: bool
    fixed: bool


class RecordList:
    """Everything the list page shows, worked out from its address and the user's own arrangements."""

    def __init__(
        self, request: HttpRequest, resource: Resource, action: str = "view", params: QueryDict | None = None
    ) -> None:
        given = request.GET if params is None else params
        self.resource = resource
        self.user: Actor = actor(request)
        self.action = action
        self.address = Address.of(request.path, given)
        self.settings = ListSettings.of(self.user, resource.name)
        self.query = ListQuery(resource, self.user, given, action, self.settings.size or PAGE_SIZE)
        # Who chooses a size in the list keeps it; who was sent a link with one does not.
        if params is None and part_asked(request, "list") and "view" not in given and self.query.is_sized:
            self.settings.keep_size(self.query.size)

    @cached_property
    def views(self) -> list[SavedView]:
        """The saved views that the user has; none in the trash."""
        if self.action != "view":
            return []
        offered = SavedView.offered_to(cast(Colleague, self.user), self.resource.name)
        return self.settings.arranged(offered)

    @cached_property
    def view(self) -> SavedView | None:
        """The saved view that is open."""
        named = self.address.get("view")
        return next((view for view in self.views if str(view.pk) == named), None)

    @property
    def offered_views(self) -> Sequence[View]:
        """The views that the module offers to everybody; none in the trash."""
        return self.resource.views if self.action == "view" else ()

    @cached_property
    def offered_view(self) -> View | None:
        """The one of them that is open."""
        named = self.address.get("view")
        return next((view for view in self.offered_views if view.key == named), None)

    @cached_property
    def page(self) -> Page:
        """The records of this page, and how many there are."""
        return self.query.page(self.columns)

    @property
    def paging(self) -> Paging:
        """Where the page stands, for the footer."""
        return Paging(self.page.number, self.page.size, self.page.total, not self.page.more)

    @property
    def total(self) -> str:
        """How many records match, as the header says it."""
        return f"{self.page.total:,}{'+' if self.page.more else ''}"

    @property
    def problems(self) -> list[Problem]:
        """What in the address was not understood."""
        found = list(self.query.problems)
        if (named := self.address.get("view")) and named != ALL and self.view is None and self.offered_view is None:
            found.append(Problem("view", _("This view is gone, or nobody shares it with you any more.")))
        return found

    @cached_property
    def columns(self) -> list[Column]:
        """The columns shown, the one that names the record first."""
        return self.resource.columns_for(self.user, self.settings.columns_of(self.view))

    @property
    def choosable(self) -> list[Choosable]:
        """The lines of the column chooser: those shown in their order, then the others."""
        shown = self.columns
        names = {column.name for column in shown}
        rest = [column for column in self.resource.choosable_columns(self.user) if column.name not in names]
        return [
            Choosable(column, column.name in names, fixed=index == 0) for index, column in enumerate((*shown, *rest))
        ]

    @property
    def frozen(self) -> int:
        """How many columns stay in sight when the table is scrolled sideways; the one that names the record does."""
        return self.settings.frozen

    @property
    def freezable(self) -> range:
        """How many columns the user may keep in sight."""
        return range(1, MOST_FROZEN + 1)

    @property
    def headings(self) -> list[Heading]:
        """The heads of the columns."""
        sortable = self.query.sortable
        heads = []
        for column in self.columns:
            is_sorted = self.query.sort == column.name
            way = f"-{column.name}" if is_sorted and not self.query.descending else column.name
            url = str(self.address.but("sort", way)) if column.name in sortable else ""
            width = self.settings.widths.get(column.name)
            heads.append(Heading(column, url, is_sorted, is_sorted and self.query.descending, width))
        return heads

    @cached_property
    def rows(self) -> list[Row]:
        """The records of this page."""
        return self.rows_of(self.page.records)

    def rows_of(self, records: Sequence[Any]) -> list[Row]:
        """The records with what may be done with each."""
        # What is done to one record at a time has no place in the bulk bar: it stands in the row.
        single = [action for action in self.resource.actions if not action.bulk and self.action == "view"]
        usual = ("change", "delete", "restore", "purge")
        verbs = {*(verb for verb in usual if verb in self.resource.all_verbs), *(action.verb for action in single)}
        reached = reached_by(self.resource, self.user, records, verbs)
        offered = {
            action.name: self.resource.sensible(
                action, [record for record in records if record.pk in reached[action.verb]], self.user
            )
            for action in single
        }
        inline = self._inline()
        addresses = Pattern(self.resource.record_url(cast(Any, AnyRecord())) if self.action == "view" else "")
        changeable, starred = reached.get("change", set()), self.starred or set()
        parents = self._parents(records)
        rows = []
        for record in records:
            pk = record.pk
            verbs = {verb for verb, pks in reached.items() if pk in pks}
            done = operations(verbs, [action for action in single if pk in offered[action.name]])
            there = inline if pk in changeable else NOTHING
            rows.append(Row(record, addresses.of(pk), done, there, pk in starred, parents.get(pk, "")))
        return rows

    def _parents(self, records: Sequence[Any]) -> Mapping[int, str]:
        """The pages of the records' parents, where there is a column that leads to them."""
        shown = any(column.name == self.resource.parent for column in self.columns)
        return parent_links(self.resource, self.user, records) if shown else {}

    def _inline(self) -> frozenset[str]:
        """The columns whose values the user may change in their cell, in rows that the user may change."""
        known = self.action == "view" and "change" in self.resource.all_verbs
        if not known or not self.user.access.may(self.resource.permission("change")):
            return frozenset()
        return frozenset(self.resource.inline_fields(self.user))

    def pen(self) -> RowPen:
        """What draws the rows."""
        return RowPen(self.resource, self.user, phone_places(self.resource, self.columns), self.frozen)

    @cached_property
    def starred(self) -> set[int] | None:
        """Those of the records shown that have the user's star; None where there are no stars, or no place for them."""
        if self.resource.stars is None or self.action != "view":
            return None
        return self.resource.stars.of(self.user, [record.pk for record in self.page.records])

    @property
    def may_edit_many(self) -> bool:
        """Whether one field of many records can be given one value here."""
        if self.action != "view" or "change" not in self.resource.all_verbs:
            return False
        may = self.user.access.may(self.resource.permission("change"))
        return may and bool(editable_at_once(self.resource, self.user))

    @cached_property
    def filters_in_force(self) -> list[Control]:
        """The filters that narrow the list now."""
        self.page  # noqa: B018  the rows must have been asked for, to know which values were refused
        return controls_in_force(self.query, self.address)

    @property
    def free_filters(self) -> list[Control]:
        """The filters that may be added. What they offer takes many queries: it is fetched when somebody adds one."""
        return free_controls(self.query, self.address, self.filters_in_force)

    @property
    def has_free_filters(self) -> bool:
        """Whether there is a filter to add."""
        return len(self.resource.filters_for(self.user)) > len(self.filters_in_force)

    @property
    def narrowed(self) -> bool:
        """Whether filters or a search leave out records."""
        return bool(self.query.chosen or self.query.term)

    @property
    def clear_url(self) -> str:
        """The list without filters and search."""
        return str(Address(self.address.path, (*self._whole.params, *self.address.only(("sort", "size")).params)))

    @property
    def search_params(self) -> tuple[tuple[str, str], ...]:
        """The parameters that a search carries along."""
        return self.address.without("q").params

    @property
    def saved_query(self) -> str:
        """What a view saved now would hold."""
        return self.address.without(*NOT_IN_A_VIEW).query

    @property
    def changed(self) -> bool:
        """Whether the open view was changed since it was saved."""
        return self.view is not None and self.view.query != self.saved_query

    @property
    def tabs(self) -> list[Tab]:
        """The views as tabs: the whole list first, then what the module offers, then what people have saved."""
        whole = self.view is None and self.offered_view is None
        everything = Tab(_("All"), str(self._whole), whole, self.total if whole else None)
        offered = [
            Tab(
                view.label,
                f"{self.address.path}?{urlencode({'view': view.key})}{'&' if view.query else ''}{view.query}",
                view is self.offered_view,
                self.total if view is self.offered_view else None,
            )
            for view in self.offered_views
        ]
        return [everything, *offered] + [
            Tab(
                view.name,
                f"{self.address.path}?{view.address}",
                view is self.view,
                self.total if view is self.view else None,
                view,
            )
            for view in self.views
        ]

    @property
    def _whole(self) -> Address:
        """The whole list; it must be named where a view is opened first."""
        return Address(self.address.path, (("view", ALL),) if self.settings.default_view_id else ())

    @property
    def first_view_url(self) -> str:
        """The view that the user wants to see first, when the address asks for nothing in particular; else empty."""
        first = next((view for view in self.views if view.pk == self.settings.default_view_id), None)
        return f"{self.address.path}?{first.address}" if first and not self.address.params else ""

    @property
    def view_is_mine(self) -> bool:
        """Whether the user may change the view that is open."""
        return self.view is not None and self.view.may_be_changed_by(self.user)

    @property
    def search_hint(self) -> str:
        """What the search box says it looks into: the fields that this user may search."""
        names = (path.partition("__")[0] for path in searched(self.resource, self.user))
        labels = [str(self.resource.column(name).label) for name in names]
        return " / ".join(dict.fromkeys(labels))

    @property
    def bulk_query(self) -> str:
        """What a step for all that match sends beside its name: the list's own parameters, as one value."""
        return urlencode({"query": self.saved_query})

    @cached_property
    def has_operations(self) -> bool:
        """Whether any row shown offers something to do."""
        return any(row.operations for row in self.rows)

    @cached_property
    def has_bulk(self) -> bool:
        """Whether anything can be done to several records at once."""
        verbs = ("delete", "export", "change") if self.action == "view" else ("restore", "purge")
        known = [verb for verb in verbs if verb in self.resource.all_verbs]
        return bool(self.bulk_actions) or any(self.user.access.may(self.resource.permission(verb)) for verb in known)

    @property
    def bulk_actions(self) -> list[Action]:
        """The actions that may be done to many records at once."""
        if self.action != "view":
            return []
        return [
            action
            for action in self.resource.actions
            if action.bulk and self.user.access.may(self.resource.permission(action.verb))
        ]


@page("view")
def show(request: HttpRequest, resource: Resource) -> HttpResponse:
    """The list as its address describes it."""
    if moved := _tidied(request, resource):
        return HttpResponseRedirect(moved)
    shown = RecordList(request, resource)
    if first := shown.first_view_url:
        return HttpResponseRedirect(first)
    return _shown(request, resource, shown, "list", "free-filters", "column-chooser")


@page()
def trash(request: HttpRequest, resource: Resource) -> HttpResponse:
    """The records in the trash (回收站) that the user may restore or purge."""
    user = actor(request)
    verb = "restore" if user.access.may(resource.permission("restore")) else "purge"
    require(resource, user, verb)
    if moved := _tidied(request, resource):
        return HttpResponseRedirect(moved)
    return _shown(request, resource, RecordList(request, resource, verb), "trash")


def _shown(request: HttpRequest, resource: Resource, shown: RecordList, template: str, *parts: str) -> HttpResponse:
    context = {"list": shown, "title": resource.label, "list_url": reverse(f"{resource.name}-{template}")}
    part = template if part_asked(request, "list") else part_asked(request, *parts)
    return respond(request, resource, template, context, part=part, title=resource.label)


def _tidied(request: HttpRequest, resource: Resource) -> str:
    ranged = [known.name for known in resource.filters_for(actor(request)) if known.kind in RANGED]
    address = tidied(request.path, request.GET, ranged)
    return str(address) if address else ""
