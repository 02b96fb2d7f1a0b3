"""What the pickers of forms and filters find: rows that the user may choose, by a part of their name."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import models
from django.db.models import Q
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from core.access import Actor, FieldRight
from core.pages.serving import actor, page
from core.records.regions import regions_like
from core.resources import Resource

SHOWN = 20
LONGEST_TERM = 100


@page()
def choices(request: HttpRequest, resource: Resource) -> JsonResponse:
    """`{"results": [{"id", "text"}]}`: rows whose searched fields contain `q`; the newest ones without a `q`."""
    user = actor(request)
    term = request.GET.get("q", "").strip()[:LONGEST_TERM].replace("\x00", "")
    rows: Any = resource.offered(user)
    if term:
        condition = Q(pk__in=[])
        for path in _searched(resource, user):
            condition |= Q(**{f"{path}__icontains": term})
        rows = rows.filter(condition)
    found = rows.order_by(*resource.order)[:SHOWN] if term else rows.order_by("-pk")[:SHOWN]
    return JsonResponse({"results": [{"id": row.pk, "text": str(row)} for row in found]})


@login_required
@never_cache
@require_GET
def regions(request: HttpRequest) -> JsonResponse:
    """The regions (省市区) that a picker offers for `q`; the provinces without a `q`."""
    term = request.GET.get("q", "").strip()[:LONGEST_TERM].replace("\x00", "")
    return JsonResponse({"results": [{"id": code, "text": text} for code, text in regions_like(term)]})


def _searched(resource: Resource, user: Actor) -> list[str]:
    """The paths searched in: those the user may read.

    Some rows are offered to everybody (colleagues in forms), to users without the permission to view them too: those
    search in plain names only, not in phones or addresses, which are fields of types of their own.
    """
    if user.access.may(resource.permission("view")):
        return [
            path for path in resource.search if resource.right(user, path.partition("__")[0]) >= FieldRight.READ_ONLY
        ]
    return [
        path
        for path in resource.search
        if "__" not in path and type(resource.model._meta.get_field(path)) is models.CharField
    ]
