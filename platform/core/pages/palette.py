"""Ctrl+K: records of every module, pages and actions in one answer; each as far as the user may see it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe
from django_stubs_ext import StrOrPromise

from core.access import Actor
from core.db.keys import key_in
from core.db.limits import within
from core.pages.serving import actor, ask_to_sign_in
from core.resources import Resource, registry
from core.resources.columns import cell, exists
from core.resources.reading import Reading
from core.resources.searching import cleaned, matching, searched, searched_at_once
from core.shell.highlighting import found_at, highlighted, is_meant
from core.shell.navigation import Entry, provider

SHOWN = 5  # records of one module
LOOKED_AT = 40  # of which those shown are the best
PAGES = 5
ACTIONS = 4
RECENT = 8
LONGEST_RECENT = 600  # characters of the address
PATIENCE = 250  # milliseconds for one module; the answer is for somebody who is still typing
IN_ALL = 1.0  # seconds, after which the modules left are not asked


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to choose; `label` is shown with the part found marked, `preview` is the address of a side preview."""

    label: StrOrPromise
    url: str
    icon: str
    detail: str = ""
    preview: str = ""
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines under a heading."""

    heading: StrOrPromise
    lines: Sequence[Line]


@require_safe
def palette(request: HttpRequest) -> HttpResponse:
    """The lines for what was typed (`q`); without it, the records last opened (`recent`) and what can be made."""
    if not request.user.is_authenticated:
        return ask_to_sign_in(request)
    user = actor(request)
    term = cleaned(request.GET.get("q", ""))
    late: list[StrOrPromise] = []
    if term:
        records, late = _records(user, term)
        groups = [*records, _pages(request, user, term), _actions(request, user, term, records)]
    else:
        groups = [_recent(user, request.GET.get("recent", "")[:LONGEST_RECENT]), _actions(request, user, "", ())]
    found = not term or any(group.lines for group in groups[:-1])
    context = {"groups": [group for group in groups if group.lines], "term": term, "found": found, "late": late}
    response = render(request, "pages/palette.html", context)
    add_never_cache_headers(response)
    return response


def _records(user: Actor, term: str) -> tuple[list[Lines], list[StrOrPromise]]:
    """Records by module, and the modules that did not answer in time."""
    groups: list[Lines] = []
    late: list[StrOrPromise] = []
    until = time.monotonic() + IN_ALL
    for resource in _searchable(user):
        found = within(PATIENCE, partial(_found, resource, user, term)) if time.monotonic() < until else None
        if found is None:
            late.append(resource.label)
            continue
        best = sorted(found, key=lambda record: _rank(str(record), term))[:SHOWN]
        lines = [_line(resource, record, user, term) for record in best]
        if len(found) > SHOWN:
            url = f"{resource.url}?{urlencode({'q': term})}"
            lines.append(Line(_("Show all in the list"), url, "list", quiet=True))
        groups.append(Lines(resource.label, lines))
    return groups, late


def _searchable(user: Actor) -> Iterator[Resource]:
    """The modules whose records the user may look for, in the order of the menu.

    What nobody can add or change is no record but a trace of one: the log is searched in its own list.
    """
    in_menu = [entry for _area, _group, entry in registry.in_menu() if isinstance(entry, Resource)]
    others = [resource for resource in registry.resources.values() if resource.menu is None]
    for resource in (*in_menu, *others):
        kept = {"add", "change"} & set(resource.verbs)
        if kept and user.access.may(resource.permission("view")) and searched(resource, user):
            yield resource


def _found(resource: Resource, user: Actor, term: str) -> list[Any]:
    """Some records that match. Not in order: sorting would make a common word wait for all that hold it."""
    paths = searched_at_once(resource, user, term)
    if not paths:
        return []
    asked = matching(resource.model, paths, term)
    keys = Reading(resource.model, [way.filter(asked) for way in resource.ways(user)]).some(LOOKED_AT)
    rows = resource.rows(user).filter(pk__in=keys).select_related(*_related(resource))
    return list(rows.order_by()) if keys else []


def _related(resource: Resource) -> list[str]:
    """The foreign keys among what a line tells."""
    fields = resource.model._meta.get_fields
    names = {*resource.tones, "owner"}
    return [field.name for field in fields() if field.name in names and isinstance(field, models.ForeignKey)]


def _rank(text: str, term: str) -> tuple[int, int, str]:
    """The better, the earlier the term stands in the text, and the more of the text it is."""
    place = found_at(text, term)
    return (place[0] if place else len(text) + 1, len(text), text)


def _line(resource: Resource, record: Any, user: Actor, term: str) -> Line:
    name, url = str(record), resource.record_url(record)
    told = [_text(resource, record, user, name) for name in (*resource.tones, "owner")]
    if term and found_at(name, term) is None:
        told.insert(0, _why(resource, record, user, term))
    detail = " · ".join(text for text in dict.fromkeys(told) if text and text != name)
    return Line(highlighted(name, term), url, resource.icon, detail, f"{url}?part=drawer")


def _text(resource: Resource, record: Any, user: Actor, name: str) -> str:
    if name not in resource.all_columns and not exists(resource.model, name):
        return ""
    column = resource.all_columns.get(name) or resource.column(name)
    return cell(column, record, resource.right(user, name)).text


def _why(resource: Resource, record: Any, user: Actor, term: str) -> str:
    """The value that holds the term where the name does not: a phone, a code."""
    for path in searched(resource, user):
        if "__" not in path and found_at(text := _text(resource, record, user, path), term):
            return text
    return ""


def _recent(user: Actor, asked: str) -> Lines:
    """The records named as `users:5,roles:2`, in this order, as far as the user still sees them."""
    places = list(dict.fromkeys(_places(asked)))[:RECENT]
    seen: dict[tuple[str, int], Line] = {}
    for name in {name for name, _pk in places}:
        resource = registry.resources[name]
        if user.access.may(resource.permission("view")):
            rows = resource.rows(user).filter(pk__in=[pk for of, pk in places if of == name])
            for record in rows.select_related(*_related(resource)):
                seen[name, record.pk] = _line(resource, record, user, "")
    return Lines(_("Recently opened"), [seen[place] for place in places if place in seen])


def _places(asked: str) -> Iterator[tuple[str, int]]:
    for part in asked.split(","):
        name, _colon, text = part.partition(":")
        if name in registry.resources and (pk := key_in(text)) is not None:
            yield name, pk


def _pages(request: HttpRequest, user: Actor, term: str) -> Lines:
    """Pages whose name is meant: those of the menu, left out by the user or not, and those about the user."""
    lines: dict[str, Line] = {}
    for where, entry in _entries(request, user):
        if entry.url not in lines and is_meant(str(entry.label), term):
            lines[entry.url] = Line(highlighted(str(entry.label), term), entry.url, entry.icon or "point", str(where))
    return Lines(pgettext("places to go to", "Pages"), list(lines.values())[:PAGES])


def _entries(request: HttpRequest, user: Actor) -> Iterable[tuple[object, Entry]]:
    shell = provider()
    areas = shell.areas(request)
    for area in areas:
        for group in area.groups:
            yield from ((area.label, entry) for entry in group.entries)
    shown = {area.key for area in areas}
    for module, _group, screen in registry.in_menu():
        if module.key in shown and user.access.may(screen.permission("view")):
            yield module.label, Entry(screen.label, screen.url, screen.icon)
    account, urls = shell.account(request), shell.urls(request)
    yield from (("", link) for link in (account.links if account else ()))
    if "menu" in urls:
        yield "", Entry(_("Edit the menu"), urls["menu"], "adjustments-horizontal")


def _actions(request: HttpRequest, user: Actor, term: str, found: Sequence[Lines]) -> Lines:
    """What can be made: whatever is meant by the term; and, with the term as its name, what was looked for."""
    entries = provider().create(request)
    lines = []
    for entry in entries:
        label = _("New %(what)s") % {"what": entry.label}
        if is_meant(label, term) or is_meant(str(entry.label), term):
            lines.append(Line(highlighted(label, term), entry.url, "plus"))
    if not lines and term:
        sought = {str(group.heading) for group in found}
        made = [one for one in _makeable(user, entries) if str(one.label) in sought or not sought]
        for resource, name in ((resource, _name_field(resource, user)) for resource in made):
            if name:
                label = _("New %(what)s “%(name)s”") % {"what": resource.singular, "name": term}
                lines.append(Line(label, f"{reverse(f'{resource.name}-new')}?{urlencode({name: term})}", "plus"))
    return Lines(pgettext("what can be done", "Actions"), lines[:ACTIONS])


def _makeable(user: Actor, entries: Sequence[Entry]) -> list[Resource]:
    """The modules of the entries, as far as their records are many, each known by its name."""
    urls = {entry.url for entry in entries}
    return [
        resource
        for resource in _searchable(user)
        if resource.remote_choice and "add" in resource.verbs and reverse(f"{resource.name}-new") in urls
    ]


def _name_field(resource: Resource, user: Actor) -> str:
    """The field that a new record's name goes into: the one that its list shows first, where it is typed."""
    first = next(iter(resource.columns_for(user)), None)
    typed = first is not None and first.kind == "text" and first.name in resource.editable_fields(user)
    return first.name if first is not None and typed else ""
