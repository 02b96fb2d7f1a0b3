"""切换用户: acting as another user, in the same session, logged under both names, with a way back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.middleware.csrf import rotate_token
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from core.db import current_company
from core.live.sending import close_sockets
from core.records.history import log
from tenants.people.administrators import out_of_reach
from tenants.people.models import User

PERMISSION = "users.switch"
IMPERSONATOR = "impersonator"  # session key: id of the person behind a switched user
_IMPERSONATOR_HASH = "impersonator_hash"  # session key: what makes that person's own session valid


def those_to_act_as(users: Iterable[User], *, by: User) -> set[int]:
    """The keys of those of the users whom `by` may act as: never oneself, nor an administrator for others."""
    if not by.access.may(PERMISSION):
        return set()
    keys = {user.pk for user in users if user.pk != by.pk and user.is_active and user.deleted_at is None}
    return keys - out_of_reach(keys, by=by)


def may_act_as(target: User, *, by: User) -> bool:
    """Whether `by` has the permission, and `target` is somebody to act as."""
    return target.pk in those_to_act_as([target], by=by)


@transaction.atomic
def switch_to(request: HttpRequest, target: User, *, by: User) -> None:
    """Let the session of `by` act as `target`, who has been found among the users that `by` may switch to.

    Raises:
        ValidationError: somebody is acted for already; the target is no one to act as.
    """
    if IMPERSONATOR in request.session:
        raise ValidationError(_("Go back to your own account first."), code="switched_already")
    if not may_act_as(target, by=by):
        raise ValidationError(_("You can't act as %(user)s.") % {"user": target}, code="not_allowed")
    log("switch", by=by, resource="users", record=target)
    backend = request.session[BACKEND_SESSION_KEY]
    _begin(request, target, backend)
    request.session[IMPERSONATOR] = by.pk
    request.session[_IMPERSONATOR_HASH] = by.get_session_auth_hash()
    close_sockets(current_company(), by.pk)


@transaction.atomic
def switch_back(request: HttpRequest) -> User | None:
    """Let the session act for its own person again, and return that person; None when nobody was acted for."""
    person = impersonator_of(request)
    if person is None:
        return None
    target: Any = request.user
    backend = request.session[BACKEND_SESSION_KEY]
    _begin(request, person, backend)
    log("switch_back", by=person, resource="users", record=target)
    close_sockets(current_company(), target.pk)
    return person


def impersonator_of(request: HttpRequest) -> User | None:
    """The person behind the switched user of the session, if that person may still sign in and act as this user."""
    target: Any = request.user
    people = User.objects.get_queryset().with_seat()
    person: User | None = people.filter(pk=request.session.get(IMPERSONATOR)).first()
    if person is None or not target.is_authenticated or not may_act_as(target, by=person):
        return None
    same = constant_time_compare(request.session.get(_IMPERSONATOR_HASH, ""), person.get_session_auth_hash())
    return person if same else None


def _begin(request: HttpRequest, user: User, backend: str) -> None:
    """A session under a new key and with nothing of the former one; not a sign-in, so no sign-in is told of."""
    request.session.flush()
    request.session[SESSION_KEY] = str(user.pk)
    request.session[BACKEND_SESSION_KEY] = backend
    request.session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    request.user = user
    rotate_token(request)
