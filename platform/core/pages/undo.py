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
from core.pages.former import VALUES, VERSION, Former, put_back
from core.pages.serving import WRITE, actor, page
from core.records.services import stored_version
from core.resources import ActionRefused, Resource

KEPT_SECONDS = 600
RESTORE = "restore"
FORMER = "former"


def undo_tag(
    resource: Resource,
    user: Actor,
    undo: str,
    pks: Sequence[int],
    *,
    verb: str,
    former: Mapping[int, Former] | None = None,
) -> str:
    """Tags for a message that offer to take back what was done to the records `pks` under the permission `verb`.

    `undo` says how: RESTORE, FORMER (the values in `former` are put back), or the name of an action.
    """
    token = secrets.token_urlsafe(16)
    kept = {"undo": undo, "verb": verb, "pks": list(pks), "former": dict(former or {})}
    try:
        cache.set(_key(user, resource, token), kept, KEPT_SECONDS)
    except redis.RedisError:
        return ""  # what is done is done; without the cache it can't be offered to take it back
    return f"undo:{reverse(f'{resource.name}-undo', args=[token])}"


def undo_to(resource: Resource, user: Actor, record: Any, before: dict[str, Any], *, verb: str) -> str:
    """Tags for a message that offer to give one record the values that it had `before`."""
    former = {record.pk: {VALUES: before, VERSION: stored_version(record)}}
    return undo_tag(resource, user, FORMER, [record.pk], verb=verb, former=former)


@transaction.atomic
def take_back(
    resource: Resource, record: Any, undo: str, *, verb: str, by: Actor, former: Former | None = None
) -> None:
    """Take back a step of this user's on the record; it needs what the step needed (`verb`), now as it did then.

    Where the step reached is asked afterwards: only as it was before (not in the trash, with its former owner) can the
    record tell whether the user's scope covers it. PermissionDenied, and nothing stored, when it does not.
    """
    permission = resource.permission(verb)
    if not by.access.may(permission):
        raise PermissionDenied(permission)
    if undo == RESTORE:
        resource.restore(record, by=by)
    elif undo == FORMER:
        put_back(resource, record, former or {}, by=by)
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
                former = kept["former"].get(record.pk)
                take_back(resource, record, kept["undo"], verb=kept["verb"], by=user, former=former)
    except (ActionRefused, ValidationError) as error:
        return HttpResponse(str(error), status=409, content_type="text/plain; charset=utf-8")
    cache.delete(key)
    if "HX-Request" not in request.headers and "text/html" in request.headers.get("Accept", ""):
        messages.success(request, _("Taken back."))
    return HttpResponse(status=204)


def _key(user: Actor, resource: Resource, token: str) -> str:
    return f"undo:{user.pk}:{resource.name}:{token}"
