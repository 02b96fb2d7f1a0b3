"""The language of the pages, chosen by whoever looks at them."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from tenants.companies.middleware import allowed_when_read_only
from tenants.people.models import User

COOKIE_AGE = 365 * 24 * 3600  # seconds


@allowed_when_read_only
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the language for this browser, and for the user who is signed in; then back to the page (`next`)."""
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    user: Any = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        User.objects.get_queryset().known([user.pk]).update(language=language)
    given = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(given, {request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(given if safe and given.startswith("/") else "/")
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response
