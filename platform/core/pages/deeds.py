"""What is done to one record: delete, restore, purge, and the actions its module declares."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, RestrictedError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from core.pages.dialogs import ask
from core.pages.former import values_of
from core.pages.record import seen
from core.pages.serving import BOTH, WRITE, actor, found, go, next_url, page, require
from core.pages.undo import RESTORE, undo_tag, undo_to
from core.resources import ActionRefused, Resource
from core.resources.action import Action

SHOWN_USERS = 5  # of the records that still use one, those named

# An IntegrityError is left for what several people do at the same moment: the others are found before.
REFUSALS = (ActionRefused, ValidationError, ProtectedError, RestrictedError, IntegrityError)


def refusal(error: Exception) -> str:
    """Why a record can't be changed so, in words for the user."""
    match error:
        case ValidationError():
            return " ".join(error.messages)
        case ProtectedError() | RestrictedError():
            users = list(error.protected_objects if isinstance(error, ProtectedError) else error.restricted_objects)
            kinds = {user._meta.verbose_name_plural for user in users}
            named = "、".join(str(user) for user in users[:SHOWN_USERS])
            more = "…" if len(users) > SHOWN_USERS else ""
            return _("It is still in use by: %(kinds)s (%(names)s%(more)s).") % {
                "kinds": "、".join(map(str, kinds)),
                "names": named,
                "more": more,
            }
        case IntegrityError():
            return _("Another record was stored meanwhile that does not go together with it.")
    return str(error)


@page("delete", WRITE)
def delete(request: HttpRequest, resource: Resource, pk: int) -> HttpResponse:
    """Put a record in the trash, or remove it where there is none."""
    user = actor(request)
    record = found(resource, user, pk, "delete")
    name, url = str(record), resource.record_url(record)
    try:
        with transaction.atomic():
            resource.delete(record, by=user)
    except REFUSALS as error:
        messages.error(request, _("“%(name)s” can't be deleted. %(why)s") % {"name": name, "why": refusal(error)})
        return go(request, next_url(request, url))
    undo = undo_tag(resource, user, RESTORE, [pk], verb="delete") if resource.model.has_trash() else ""
    messages.success(request, _("“%(name)s” was deleted.") % {"name": name}, extra_tags=undo)
    return go(request, _without(next_url(request, resource.url), url, resource.url))


@page("restore", WRITE)
def restore(request: HttpRequest, resource: Resource, pk: int) -> HttpResponse:
    """Take a record out of the trash."""
    return _out_of_trash(request, resource, pk, "restore", _("“%(name)s” was restored."))


@page("purge", WRITE)
def purge(request: HttpRequest, resource: Resource, pk: int) -> HttpResponse:
    """Remove a record in the trash for good."""
    return _out_of_trash(request, resource, pk, "purge", _("“%(name)s” was removed for good."))


def _out_of_trash(request: HttpRequest, resource: Resource, pk: int, verb: str, done: str) -> HttpResponse:
    user = actor(request)
    record = found_in_trash(resource, user, pk, verb)
    name = str(record)
    try:
        with transaction.atomic():
            getattr(resource, verb)(record, by=user)
    except REFUSALS as error:
        messages.error(request, _("“%(name)s”: %(why)s") % {"name": name, "why": refusal(error)})
    else:
        messages.success(request, done % {"name": name})
    return go(request, next_url(request, reverse(f"{resource.name}-trash")))


def found_in_trash(resource: Resource, user: Any, pk: int, verb: str) -> Any:
    """A record in the trash that `verb` reaches; Http404 for one that is not there."""
    record = resource.rows(user, verb).filter(pk=pk).first()
    if record is None:
        raise Http404(f"no {resource.name} {pk} in the trash")
    return record


@page("view", BOTH)
def act(request: HttpRequest, resource: Resource, pk: int, name: str) -> HttpResponse:
    """Run an action on a record; one with a form asks for its values first (422 with their errors)."""
    user = actor(request)
    action = action_of(resource, name)
    require(resource, user, action.verb)
    record = seen(resource, user, pk)
    if not resource.rows(user, action.verb).filter(pk=pk).exists():
        raise PermissionDenied(resource.permission(action.verb))
    values: dict[str, Any] = {}
    if action.form is not None:
        form = action.form(request.POST if request.method == "POST" else None, request.FILES or None)
        if request.method != "POST" or not form.is_valid():
            url = reverse(f"{resource.name}-action", args=[pk, name])
            return ask(
                request,
                resource,
                form,
                title=f"{action.label} · {record}",
                url=url,
                submit=action.label,
                danger=action.danger,
                lead=action.confirm,
                back=resource.record_url(record),
            )
        values = form.cleaned_data
    elif request.method != "POST":
        raise Http404("an action without a form is only done, not shown")
    try:
        before = values_of(record, action.changes)
        resource.act(action, record, by=user, values=values)
    except REFUSALS as error:
        messages.error(request, refusal(error))
    else:
        undo = undo_tag(resource, user, action.undo, [pk], verb=action.verb) if action.undo else ""
        if action.changes:
            undo = undo_to(resource, user, record, before, verb=action.verb)
        messages.success(request, str(action.done), extra_tags=undo)
    landing = resource.record_url(record) if resource.rows(user).filter(pk=pk).exists() else resource.url
    return go(request, next_url(request, landing))


def action_of(resource: Resource, name: str) -> Action:
    """The action of this name; Http404 where there is none."""
    try:
        return resource.action(name)
    except KeyError:
        raise Http404(f"{resource.name} has no action {name}") from None


def _without(url: str, gone: str, instead: str) -> str:
    """`url`, unless it leads to the page of the record that is gone."""
    return instead if url.split("?", maxsplit=1)[0] == gone else url
