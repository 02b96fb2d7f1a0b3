"""Taking a step back from the message that tells of it, for a while."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import redis
from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from core.access import Actor
from core.pages.serving import WRITE, actor, page
from core.records.base import Stored
from core.records.services import StaleRecord
from core.resources import ActionRefused, Resource

KEPT_SECONDS = 600
RESTORE = "restore"
CHANGE = "change"


def undo_tag(resource: Resource, user: Actor, undo: str, pks: Sequence[int], *, verb: str) -> str:
    """Tags for a message that offer to take back what was done to the records `pks` under the permission `verb`.

    `undo` says how: RESTORE, or the name of an action.
    """
    return _offer(resource, user, {"undo": undo, "verb": verb, "pks": list(pks)})


def change_undo_tag(resource: Resource, user: Actor, record: Stored, field: str, before: Any) -> str:
    """Tags for a message that offer to give one field of the record its value from `before` back.

    `before` is a plain value, or the keys of what the field refers to.
    """
    change = {"field": field, "before": before, "version": record.version}
    return _offer(resource, user, {"undo": CHANGE, "verb": "change", "pks": [record.pk], "change": change})


def _offer(resource: Resource, user: Actor, step: dict[str, Any]) -> str:
    token = secrets.token_urlsafe(16)
    try:
        cache.set(_key(user, resource, token), step, KEPT_SECONDS)
    except redis.RedisError:
        return ""  # what is done is done; without the cache it can't be offered to take it back
    return f"undo:{reverse(f'{resource.name}-undo', args=[token])}"


@transaction.atomic
def take_back(
    resource: Resource, record: Any, undo: str, *, verb: str, by: Actor, change: Mapping[str, Any] | None = None
) -> None:
    """Take back a step of this user's on the record; it needs what the step needed (`verb`), now as it did then.

    Where the step reached is asked afterwards: only as it was before (not in the trash, with its former owner) can the
    record tell whether the user's scope covers it. PermissionDenied, and nothing stored, when it does not.
    """
    permission = resource.permission(verb)
    if not by.access.may(permission):
        raise PermissionDenied(permission)
    if undo == CHANGE and change is not None:
        _change_back(resource, record, by=by, **change)
    elif undo == RESTORE:
        resource.restore(record, by=by)
    else:
        resource.act(resource.action(undo), record, by=by)
    if not resource.rows(by, verb).filter(pk=record.pk).exists():
        raise PermissionDenied(permission)


@page("", WRITE)
def undo(request: HttpRequest, resource: Resource, token: str) -> HttpResponse:
    """Take back what the message with this token told of; Http404 when it is too late, 409 when that can't be done.

    PermissionDenied when the user's roles would not allow the step any more.
    """
    user = actor(request)
    key = _key(user, resource, token)
    kept = cache.get(key)
    if kept is None:
        raise Http404("too late")
    rows = resource.model.objects.known(kept["pks"]).order_by("pk")
    try:
        with transaction.atomic():
            for record in rows:
                take_back(resource, record, kept["undo"], verb=kept["verb"], by=user, change=kept.get("change"))
    except StaleRecord:
        return HttpResponse(_("It was changed again since."), status=409, content_type="text/plain; charset=utf-8")
    except (ActionRefused, ValidationError) as error:
        return HttpResponse(str(error), status=409, content_type="text/plain; charset=utf-8")
    cache.delete(key)
    if "HX-Request" not in request.headers and "text/html" in request.headers.get("Accept", ""):
        messages.success(request, _("Taken back."))
    return HttpResponse(status=204)


def _change_back(resource: Resource, record: Stored, *, by: Actor, field: str, before: Any, version: int) -> None:
    """Give the field its former value; StaleRecord when the record was changed since."""
    known: Any = record._meta.get_field(field)
    value = before
    if known.is_relation and before is not None:
        keys = before if known.many_to_many else [before]
        rows = list(known.related_model.objects.known(keys))
        if len(rows) < len(keys):
            raise ValidationError(_("What it named before no longer exists."))
        value = rows if known.many_to_many else rows[0]
    resource.update(record, {field: value}, by=by, version=version)


def _key(user: Actor, resource: Resource, token: str) -> str:
    return f"undo:{user.pk}:{resource.name}:{token}"
