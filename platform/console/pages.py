"""The pages of the public site that only tell something."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console.plans import TRIAL_DAYS, TRIAL_SEATS
from console.signup import TERMS_VERSION


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """What the product is, and the way to try it."""
    screen = f"console/screen_{_language()}.webp"
    return render(request, "console/landing.html", {"days": TRIAL_DAYS, "seats": TRIAL_SEATS, "screen": screen})


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """服务条款."""
    return _legal(request, "terms", _("Terms of service"))


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """隐私政策."""
    return _legal(request, "privacy", _("Privacy policy"))


def _legal(request: HttpRequest, name: str, title: str) -> HttpResponse:
    """A legal text: a document of its own in each language, not a translation sentence by sentence."""
    context = {
        "title": title,
        "text": f"console/legal/{name}_{_language()}.html",
        "version": TERMS_VERSION,
        "days": TRIAL_DAYS,
    }
    return render(request, "console/legal.html", context)


def _language() -> str:
    """What the files of a language end in."""
    return "zh_hans" if (get_language() or settings.LANGUAGE_CODE).startswith("zh") else "en"
