"""Moving a record along the path of its states by a click."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from core.access import Actor, FieldRight
from core.db.deadlocks import again_on_deadlock
from core.pages.deeds import REFUSALS, refusal
from core.pages.former import values_of
from core.pages.serving import WRITE, actor, found, go, next_url, page
from core.pages.undo import undo_to
from core.resources import Resource


@page("change", WRITE)
def step(request: HttpRequest, resource: Resource, pk: int) -> HttpResponse:
    """Put the record into the state `to` of its path; the message offers to take it back."""
    user = actor(request)
    name = resource.head.path
    record = found(resource, user, pk, "change")
    to = request.POST.get("to", "")
    if resource.right(user, name) is not FieldRight.EDIT:
        raise PermissionDenied(f"{resource.name}.{name}")
    if to not in [str(value) for value, _label in resource.column(name).choices]:
        raise Http404(f"{name} is never {to}")
    before = values_of(record, [name])
    try:
        _move(resource, record, name, to, user)
    except REFUSALS as error:
        messages.error(request, refusal(error))
    else:
        undo = undo_to(resource, user, record, before, verb="change")
        told = {"field": resource.column(name).label, "state": dict(resource.column(name).choices)[to]}
        messages.success(request, _("%(field)s: %(state)s") % told, extra_tags=undo)
    return go(request, next_url(request, resource.record_url(record)))


@again_on_deadlock
def _move(resource: Resource, record: Any, name: str, to: str, user: Actor) -> None:
    with transaction.atomic():
        resource.update(record, {name: to}, by=user)
