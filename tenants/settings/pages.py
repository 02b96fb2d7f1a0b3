"""基本设置: the page, and the company's logo for whoever stands before the sign-in form or behind it."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.pages.serving import BOTH, page, require
from core.records.models import LogEntry
from core.records.services import StaleRecord
from core.resources import Screen
from tenants.companies.info import CompanyInfo
from tenants.people.administrators import administrators
from tenants.people.models import User
from tenants.settings.current import settings_now
from tenants.settings.forms import SettingsForm
from tenants.settings.models import CompanySettings
from tenants.settings.services import settings_update

LOGO_KEPT_SECONDS = 7 * 24 * 3600  # a new logo has a new name


@page("view", BOTH)
def basic(request: HttpRequest, resource: Screen) -> HttpResponse:
    """Shows the settings; stores them for who may change them (422 with errors, 409 when a colleague saved first)."""
    user = cast(User, request.user)
    if request.method != "POST":
        return _page(request, resource, SettingsForm(instance=settings_now()))
    require(cast(Any, resource), user, "change")
    form = SettingsForm(request.POST, request.FILES, instance=settings_now())
    if not form.is_valid():
        return _page(request, resource, form)
    try:
        settings_update(form.values, by=user, version=form.cleaned_data["version"])
    except StaleRecord as stale:
        return _clash(request, form, cast(CompanySettings, stale.current))
    messages.success(request, _("Saved."))
    return HttpResponseRedirect(reverse("settings"))


@require_safe
def logo(request: HttpRequest, name: str) -> HttpResponse:
    """The company's logo, under the name it has now; 404 for every other."""
    settings = settings_now()
    if not settings.logo or settings.logo_name != name:
        raise Http404("no such logo")
    try:
        with settings.logo.open("rb") as file:
            picture = file.read()  # some kilobytes: it was made small when it was uploaded
    except FileNotFoundError:
        raise Http404("the logo is not in the storage") from None
    response = HttpResponse(picture, content_type="image/png")
    response["Cache-Control"] = f"private, max-age={LOGO_KEPT_SECONDS}, immutable"
    return response


def _page(request: HttpRequest, resource: Screen, form: SettingsForm) -> HttpResponse:
    user = cast(User, request.user)
    company: CompanyInfo = request.company  # type: ignore[attr-defined]
    context = {
        "form": form,
        "may_change": user.access.may(resource.permission("change")),
        "licence": company.licence,
        "administrator": administrators().order_by("pk").first(),
        "users": User.objects.get_queryset().with_seat().count(),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "settings/basic.html", context, status=status)


def _clash(request: HttpRequest, form: SettingsForm, current: CompanySettings) -> HttpResponse:
    """What differs from what a colleague stored meanwhile, to choose from."""
    clashes = [
        {
            "name": name,
            "label": form.fields[name].label,
            "mine": value,
            "theirs": getattr(current, name),
            "theirs_raw": json.dumps(getattr(current, name)),
        }
        for name, value in form.values.items()
        if name != "logo" and value != getattr(current, name)
    ]
    last = LogEntry.objects.of("settings").first()
    context = {
        "version": current.version,
        "who": last.actor_name if last else "",
        "when": timezone.localtime(current.updated_at),
        "clashes": clashes,
    }
    return render(request, "shell/parts/clash.html", context, status=HTTPStatus.CONFLICT)
