"""What a signed-in request needs to know of its user before any page runs."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth import logout
from django.contrib.auth.middleware import get_user
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from core.records.acting import Acting, acting_as
from tenants.people.switching import IMPERSONATOR, impersonator_of

__all__ = ["IMPERSONATOR", "PersonMiddleware"]


class PersonMiddleware:
    """Sign out users who may no longer sign in, or be acted for, and note who acts for the log.

    Sets `request.impersonator`: the person behind a switched user (切换用户), or None.
    """

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.impersonator = None  # type: ignore[attr-defined]
        if request.company is None:  # type: ignore[attr-defined]  # the public site has no users
            return self.get_response(request)
        # The user itself, not Django's lazy stand-in, which is asked anew for everything that is wanted of it.
        request.user = user = get_user(request)
        if user.is_authenticated and (not user.is_active or user.deleted_at is not None):
            logout(request)
        if IMPERSONATOR in request.session:
            request.impersonator = impersonator_of(request)  # type: ignore[attr-defined]
            if request.impersonator is None:  # type: ignore[attr-defined]
                logout(request)
        circumstances = Acting(
            address=request.META.get("REMOTE_ADDR"), impersonator_id=request.session.get(IMPERSONATOR)
        )
        with acting_as(circumstances):
            return self.get_response(request)
