"""Changing one field in its place: on a record's page, in its preview, in a cell of a list."""

from __future__ import annotations

from html import escape
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from core.access import Actor
from core.pages.editing import changed_since, clashes, conflict
from core.pages.former import values_of
from core.pages.lists import RecordList
from core.pages.record import RecordPage
from core.pages.serving import BOTH, actor, found, may, page
from core.pages.undo import undo_to
from core.pages.widgets import dressed
from core.records.services import StaleRecord
from core.resources import Resource, ResourceForm
from core.shell.answers import with_toast
from core.shell.vocabulary.messages import undo_url


@page("change", BOTH)
def change(request: HttpRequest, resource: Resource, pk: int, field: str) -> HttpResponse:
    """The control of one field; when it is sent back, the record's values as they are then.

    422 with the control and its error; 409 with a dialog when a colleague has changed the same field meanwhile. What
    a colleague did to other fields is no obstacle.
    """
    user = actor(request)
    record = found(resource, user, pk, "change", resource.with_columns(resource.rows(user, "change")))
    if field not in resource.inline_fields(user):
        raise Http404(f"{field} is not changed in its place")
    if request.method != "POST":
        return _asked(request, resource, record, field, resource.form_for(user, record, only=[field]))
    before = values_of(record, [field])
    form = resource.form_for(user, record, request.POST, request.FILES, only=[field])
    opened, saved = record.version, None
    if form.is_valid():
        try:
            saved = resource.save(form, by=user)
        except StaleRecord as stale:
            entries = changed_since(resource, stale.current, form.cleaned_data["version"])
            touched = any(field in entry.changes for entry in entries)
            if touched and list(clashes(resource, form, stale.current, entries)):
                return conflict(request, resource, form, stale.current)
            form.cleaned_data["version"] = stale.current.version
            saved = resource.save(form, by=user)
    if saved is None:
        return _asked(request, resource, record, field, form)
    response = _values(request, resource, user, pk)
    if saved.version == opened:
        return response
    label = form.fields[field].label
    undo = undo_to(resource, user, saved, before, verb="change")
    return with_toast(response, _("%(field)s was changed.") % {"field": label}, undo_url=undo_url(undo))


def _asked(request: HttpRequest, resource: Resource, record: Any, field: str, form: ResourceForm) -> HttpResponse:
    dressed(form)
    form.auto_id = f"inline_{record.pk}_%s"
    widget = form.fields[field].widget
    # What the whole form asks the server while one types has no place to be told here.
    widget.attrs = {name: value for name, value in widget.attrs.items() if not name.startswith("hx-")}
    several = getattr(widget, "allow_multiple_selected", False)
    context = {
        "form": form,
        "field": form[field],
        "form_url": reverse(f"{resource.name}-field", args=[record.pk, field]),
        "instant": resource.column(field).kind in {"choice", "boolean", "option", "relation"} and not several,
    }
    return render(request, "pages/parts/inline_form.html", context, status=422 if form.is_bound else 200)


def _values(request: HttpRequest, resource: Resource, user: Actor, pk: int) -> HttpResponse:
    """Everything shown of the record where it was changed; 204 when the user does not see it any more."""
    record = resource.with_columns(resource.rows(user)).filter(pk=pk).first()
    if record is None:
        return HttpResponse(status=204)
    if "list" in request.POST:
        shown = RecordList(request, resource, params=QueryDict(request.POST["list"]))
        return HttpResponse(shown.pen().row(shown.rows_of([record])[0], escape(str(record))))
    context: dict[str, Any] = {"resource": resource, "user": request.user, "can": may(resource, user)}
    context |= {"page": RecordPage(resource, record, user), "record": record}
    return render(request, "pages/parts/record_values.html", context)
