"""What a signed-in request needs to know of its user before any page runs."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from core.records.acting import Acting, acting_as

IMPERSONATOR = "impersonator"  # session key: id of the administrator behind a switched user


class PersonMiddleware:
    """Sign out users who may no longer sign in, note who acts for the log, and speak the user's language."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.company is None:  # type: ignore[attr-defined]  # the public site has no users
            return self.get_response(request)
        user = request.user
        if user.is_authenticated and (not user.is_active or user.deleted_at is not None):
            logout(request)
        circumstances = Acting(
            address=request.META.get("REMOTE_ADDR"), impersonator_id=request.session.get(IMPERSONATOR)
        )
        with acting_as(circumstances), translation.override(self._language(request)):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language())
            return response

    def _language(self, request: HttpRequest) -> str:
        chosen = getattr(request.user, "language", "") or ""
        return chosen or translation.get_language_from_request(request)
