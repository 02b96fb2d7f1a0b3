"""The form of a record: adding, editing, and what happens when a colleague saved first."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from core.access import Actor, FieldRight
from core.pages import once
from core.pages.record import JUST_ADDED
from core.pages.serving import BOTH, actor, found, landing_url, next_url, page, respond
from core.pages.widgets import dressed
from core.records.history import loggable
from core.records.models import LogEntry
from core.records.services import StaleRecord
from core.resources import Resource, ResourceForm
from core.resources.columns import Cell, Column, cell, exists

KEEP = "keep."  # before a field's name: whether «mine» or «theirs» is kept, when two people edited the same record


@dataclass(frozen=True, slots=True)
class FormSection:
    """A heading with fields to fill in, and values that are only shown."""

    heading: StrOrPromise
    items: list[tuple[BoundField | None, Cell | None]]


@dataclass(frozen=True, slots=True)
class Clash:
    """A field whose value in the form is not the stored one. `take`: only the other side touched it."""

    name: str
    label: StrOrPromise
    mine: str
    theirs: str
    theirs_raw: str
    take: bool


@page("add", BOTH)
def new(request: HttpRequest, resource: Resource) -> HttpResponse:
    """The form of a new record; values for it may stand in the address (`?customer=5`)."""
    user = actor(request)
    if request.method != "POST":
        form = resource.form_for(user, initial=_initial(request, resource, user))
        return _form(request, resource, form, None)

    def save() -> str | HttpResponse:
        form = resource.form_for(user, None, request.POST, request.FILES)
        record = resource.save(form, by=user) if form.is_valid() else None
        if record is None:
            return _form(request, resource, form, None)
        if "again" in request.POST:
            messages.success(request, _("“%(name)s” was saved.") % {"name": record})
            return request.get_full_path()
        landing = landing_url(resource, user, record)
        target = next_url(request, landing)
        if resource.asks_for_another and target == landing != resource.url:
            request.session[JUST_ADDED] = [resource.name, record.pk]
        else:
            messages.success(request, _("“%(name)s” was saved.") % {"name": record})
        return target

    return once.only_once(request, save)


@page("change", BOTH)
def edit(request: HttpRequest, resource: Resource, pk: int) -> HttpResponse:
    """The form of a record; 422 with the errors, 409 with the differences when it was changed in the meantime."""
    user = actor(request)
    record = found(resource, user, pk, "change", resource.with_columns(resource.rows(user, "change")))
    if request.method != "POST":
        return _form(request, resource, resource.form_for(user, record), record)

    def save() -> str | HttpResponse:
        form = resource.form_for(user, record, request.POST, request.FILES)
        for name in _taken(request):
            form.fields.pop(name, None)
        try:
            saved = resource.save(form, by=user) if form.is_valid() else None
        except StaleRecord as stale:
            return conflict(request, resource, form, stale.current)
        if saved is None:
            return _form(request, resource, form, record)
        messages.success(request, _("Saved."))
        return next_url(request, landing_url(resource, user, saved))

    return once.only_once(request, save)


def _initial(request: HttpRequest, resource: Resource, user: Actor) -> dict[str, Any]:
    """The values in the address for fields that this user may fill in."""
    fields = resource.editable_fields(user)
    initial: dict[str, Any] = {"owner": user.pk} if "owner" in fields else {}
    for name in fields:
        values = request.GET.getlist(name)
        if values:
            initial[name] = values if resource.column(name).kind == "many" else values[-1]
    return initial


def _form(request: HttpRequest, resource: Resource, form: ResourceForm, record: Any) -> HttpResponse:
    dressed(form)
    status = 422 if form.is_bound else 200
    if record is None:
        title, back = _("New %(what)s") % {"what": resource.singular}, resource.url
        url = reverse(f"{resource.name}-new")
    else:
        # A refused value may already stand in the record the form holds: its name is taken from the database.
        name = str(type(record).objects.known([record.pk]).get()) if form.is_bound else str(record)
        title, back = _("Edit %(name)s") % {"name": name}, resource.record_url(record)
        url = reverse(f"{resource.name}-edit", args=[record.pk])
    context = {
        "form": form,
        "record": record,
        "title": title,
        "sections": list(form_sections(resource, form, actor(request), record)),
        "form_url": url,
        "back_url": next_url(request, back),
        "once": request.POST.get(once.FIELD) or once.new_token(),
        "next": next_url(request, ""),
    }
    return respond(request, resource, "form", context, status=status)


def form_sections(resource: Resource, form: ResourceForm, user: Actor, record: Any) -> Iterable[FormSection]:
    """The form's fields under the headings of the page; for an existing record also what may be seen but not edited."""
    left = [bound.name for bound in form.visible_fields()]
    for heading, names in resource.groups.items():
        items: list[tuple[BoundField | None, Cell | None]] = []
        for name in _with_those_beside(names, form):
            if name in form.fields:
                items.append((form[name], None))
                left.remove(name)
            elif record is not None and (right := resource.right(user, name)) > FieldRight.HIDDEN:
                items.append((None, cell(resource.all_columns[name], record, right)))
        if items:
            yield FormSection(heading, items)
    if left:
        yield FormSection("", [(form[name], None) for name in left])


def _with_those_beside(names: Iterable[str], form: ResourceForm) -> Iterable[str]:
    """The names, each after those of the form's own fields that stand before it."""
    shown = {bound.name for bound in form.visible_fields()}
    for name in names:
        yield from (own for own, after in form.beside.items() if after == name and own in shown)
        yield name


def changed_since(resource: Resource, current: Any, version: int | None) -> list[LogEntry]:
    """The lines of the log about what became of the record after `version`, newest first."""
    since = current.version - (version or current.version)
    return list(LogEntry.objects.of(resource.name, current.pk)[: max(since, 1)])


def conflict(request: HttpRequest, resource: Resource, form: ResourceForm, current: Any) -> HttpResponse:
    """409 with what differs: a dialog over the form where a script sent it, else a page of its own."""
    entries = changed_since(resource, current, form.cleaned_data.get("version"))
    context = {
        "title": _("Somebody else changed “%(name)s”") % {"name": current},
        "clashes": list(clashes(resource, form, current, entries)),
        "who": entries[0].actor_name if entries else _("Somebody"),
        "when": entries[0].at if entries else current.updated_at,
        "version": current.version,
        "form_url": request.get_full_path(),
        "carried_values": list(_carried(request)),
        "once": once.new_token(),
        "back_url": resource.record_url(current),
    }
    if "HX-Request" in request.headers:
        return render(request, "shell/parts/clash.html", context, status=409)
    return respond(request, resource, "conflict", context, status=409)


def clashes(resource: Resource, form: ResourceForm, current: Any, entries: list[LogEntry]) -> Iterable[Clash]:
    """Field by field, where the form and what is stored differ. What only the other side touched is taken from them."""
    theirs: dict[str, Any] = {}
    for entry in entries:
        theirs.update({name: before for name, (before, _after) in entry.changes.items()})
    fresh = dressed(resource.form_for(form.user, current))
    for name, mine in form.values.items():
        column = resource.all_columns.get(name) or (resource.column(name) if exists(resource.model, name) else None)
        if column is None:
            continue
        stored = column.of(current)
        if _same(mine, stored):
            continue
        untouched = name in theirs and loggable(mine) == theirs[name]
        raw = json.dumps(_raw(fresh[name]) if name in fresh.fields else None)
        yield Clash(name, column.label, _text(column, mine), column.text(stored), raw, take=untouched)


def _same(mine: Any, stored: Any) -> bool:
    return set(mine) == set(stored) if isinstance(stored, list) else bool(mine == stored)


def _text(column: Column, value: Any) -> str:
    return column.text(list(value) if column.kind == "many" else value)


def _raw(bound: BoundField) -> Any:
    """The stored value as the field's control takes it: text, true or false, or the keys of what is chosen."""
    value = bound.value()
    if isinstance(value, bool):
        return value
    shown = bound.field.widget.format_value(value)
    several = getattr(bound.field.widget, "allow_multiple_selected", False)
    return shown[0] if isinstance(shown, list) and not several else shown


def _carried(request: HttpRequest) -> Iterable[tuple[str, str]]:
    """What was typed, to be sent again with the choice made."""
    fresh = {"csrfmiddlewaretoken", "version", once.FIELD}
    for name, values in request.POST.lists():
        if name not in fresh and not name.startswith(KEEP):
            yield from ((name, str(value)) for value in values)


def _taken(request: HttpRequest) -> Iterable[str]:
    """The fields whose other value was chosen."""
    return [
        name.removeprefix(KEEP) for name, value in request.POST.items() if name.startswith(KEEP) and value == "theirs"
    ]
