"""Security headers of every answer: a strict content security policy and its companions.

Scripts and styles come from this origin only; inline ones carry the nonce of the request
(`{{ request.csp_nonce }}`), and there are no inline event handlers, `style` attributes or evaluated strings.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(self), geolocation=(self), payment=(), usb=()",
}


def policy(nonce: str, host: str = "", form_action: Sequence[str] = ()) -> str:
    """The value of Content-Security-Policy for one answer.

    `host` (with port) is named for sockets, which older browsers do not count as this origin; `form_action` are
    further origins that a form may lead to, such as the company's own host after signing up.
    """
    sockets = f" ws://{host} wss://{host}" if host else ""
    directives = (
        "default-src 'none'",
        f"script-src 'self' 'nonce-{nonce}'",
        f"style-src 'self' 'nonce-{nonce}'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        f"connect-src 'self'{sockets}",
        "media-src 'self' blob:",
        "manifest-src 'self'",
        "worker-src 'self'",
        "frame-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        " ".join(("form-action 'self'", *form_action)),
    )
    return "; ".join(directives)


class SecurityHeadersMiddleware:
    """Sets `request.csp_nonce` (16 random bytes) and the security headers; a header that a view set stays.

    Setting `CSP_FORM_ACTION`: origins beside our own that forms may lead to.
    """

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        nonce = secrets.token_urlsafe(16)
        request.csp_nonce = nonce  # type: ignore[attr-defined]
        response = self.get_response(request)
        try:
            host = request.get_host()
        except DisallowedHost:
            host = ""
        response.setdefault("Content-Security-Policy", policy(nonce, host, getattr(settings, "CSP_FORM_ACTION", ())))
        for name, value in HEADERS.items():
            response.setdefault(name, value)
        if settings.SECURE_HSTS_SECONDS and request.is_secure() and not _is_ours(host):
            # On a company's own domain we speak for that name alone, not for those below it, which are not ours.
            response.setdefault("Strict-Transport-Security", f"max-age={settings.SECURE_HSTS_SECONDS}")
        return response


def _is_ours(host: str) -> bool:
    return f".{split_domain_port(host)[0]}".endswith(f".{settings.HOST}")
