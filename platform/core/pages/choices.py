"""What the pickers of forms and filters find: rows that the user may choose, by a part of their name."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse

from core.pages.serving import actor, page
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
