"""Taking a step back from the message that tells of it, for a while."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import redis
from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from core.access import Actor
from core.pages.serving import WRITE, actor, page
from core.resources import ActionRefused, Resource

KEPT_SECONDS = 600
RESTORE = "restore"


def undo_tag(resource: Resource, user: Actor, verb: str, pks: Sequence[int]) -> str:
    """Tags for a message that offer to do `verb` (restore, or the name of an action) to the records `pks`."""
    token = secrets.token_urlsafe(16)
    try:
        cache.set(_key(user, resource, token), {"verb": verb, "pks": list(pks)}, KEPT_SECONDS)
    except redis.RedisError:
        return ""  # what is done is done; without the cache it can't be offered to take it back
    return f"undo:{reverse(f'{resource.name}-undo', args=[token])}"


@page("", WRITE)
def undo(request: HttpRequest, resource: Resource, token: str) -> HttpResponse:
    """Take back what the message with this token told of; Http404 when it is too late, 409 when that can't be done."""
    user = actor(request)
    key = _key(user, resource, token)
    kept = cache.get(key)
    if kept is None:
        raise Http404("too late")
    verb, pks = kept["verb"], kept["pks"]
    action = None if verb == RESTORE else resource.action(verb)
    # Taking back one's own step needs no further permission than it took: the rows are those of the step itself.
    rows = resource.model.objects.known(pks)
    try:
        with transaction.atomic():
            for record in rows:
                if action is None:
                    resource.restore(record, by=user)
                else:
                    resource.act(action, record, by=user)
    except (ActionRefused, ValidationError) as error:
        return HttpResponse(str(error), status=409, content_type="text/plain; charset=utf-8")
    cache.delete(key)
    if "HX-Request" not in request.headers and "text/html" in request.headers.get("Accept", ""):
        messages.success(request, _("Taken back."))
    return HttpResponse(status=204)


def _key(user: Actor, resource: Resource, token: str) -> str:
    return f"undo:{user.pk}:{resource.name}:{token}"
