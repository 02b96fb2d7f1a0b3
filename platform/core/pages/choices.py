"""What the pickers of forms and filters find: rows that the user may choose, by a part of their name."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from core.pages.serving import actor, page
from core.records.regions import regions_like
from core.resources import Resource
from core.resources.searching import cleaned, matching, searched

SHOWN = 20


@page()
def choices(request: HttpRequest, resource: Resource) -> JsonResponse:
    """`{"results": [{"id", "text"}]}`: rows whose searched fields contain `q`; the newest ones without a `q`."""
    user = actor(request)
    term = cleaned(request.GET.get("q", ""))
    rows: Any = resource.offered(user)
    if term:
        rows = rows.filter(matching(resource.model, searched(resource, user), term))
    found = rows.order_by(*resource.order)[:SHOWN] if term else rows.order_by("-pk")[:SHOWN]
    return JsonResponse({"results": [{"id": row.pk, "text": str(row)} for row in found]})


@login_required
@never_cache
@require_GET
def regions(request: HttpRequest) -> JsonResponse:
    """The regions (省市区) that a picker offers for `q`; the provinces without a `q`."""
    term = cleaned(request.GET.get("q", ""))
    return JsonResponse({"results": [{"id": code, "text": text} for code, text in regions_like(term)]})
