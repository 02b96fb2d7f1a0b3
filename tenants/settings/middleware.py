"""Every page of a company speaks its language and keeps its time."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone, translation

from core.records.custom import stamp_known
from tenants.settings.current import settings_now
from tenants.settings.models import CompanySettings


class SettingsMiddleware:
    """Sets `request.settings` and activates the language and time zone of whoever asks.

    The language is the one the user chose, else the one of this browser's cookie, else the company's.
    """

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.company is None:  # type: ignore[attr-defined]  # the public site has no settings
            return self.get_response(request)
        now: CompanySettings = settings_now()
        stamp_known(now.fields_stamp)
        request.settings = now  # type: ignore[attr-defined]
        with translation.override(_language(request, now)), timezone.override(ZoneInfo(now.time_zone)):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language())
            return response


def _language(request: HttpRequest, company_settings: CompanySettings) -> str:
    known = dict(settings.LANGUAGES)
    chosen = getattr(request.user, "language", ""), request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return next((code for code in chosen if code in known), company_settings.language)
