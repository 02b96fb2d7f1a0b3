"""Who asks: the user signed in by the session cookie, with the CSRF token on everything that writes."""

from __future__ import annotations

from django.utils.translation import gettext as _
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request


class SessionSignIn(SessionAuthentication):
    """The session of the company's host."""

    def authenticate_header(self, request: Request) -> str:
        """Names the way to sign in, so that a missing sign-in is answered 401."""
        return 'Session realm="api"'

    def enforce_csrf(self, request: Request) -> None:
        """Refuse a write without the token of the CSRF cookie."""
        try:
            super().enforce_csrf(request)
        except PermissionDenied as denied:
            raise PermissionDenied(
                _("The CSRF token is missing or wrong: send the value of the CSRF cookie in the header X-CSRFToken.")
            ) from denied
