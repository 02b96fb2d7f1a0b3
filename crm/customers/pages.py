"""What customers have beside the generic pages: 查重 while one types, and the tree of categories."""

from __future__ import annotations

import logging

from allauth.core.internal import ratelimit
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from redis.exceptions import RedisError

from core.db.keys import key_in
from core.pages.serving import actor, page
from core.resources import Resource
from crm.customers.duplicates import CHECKED, duplicates_of

RATES = {"duplicates": "60/m/user"}  # a fast typist pauses less often; who asks for all customers asks faster
LONGEST = 100

logger = logging.getLogger(__name__)


@page()
def duplicates(request: HttpRequest, resource: Resource) -> HttpResponse:
    """Who is there already with the name, phone or tax number typed so far: whose it is, and nothing else of it."""
    user = actor(request)
    if not any(user.access.may(resource.permission(verb)) for verb in ("add", "change", "import")):
        raise PermissionDenied("customers.add")
    try:
        allowed = ratelimit.consume(
            request, app="customers", action="duplicates", config=RATES, user=request.user, limit_get=True
        )
    except RedisError:
        logger.warning("duplicates are not looked for: it can't be counted how often somebody asks")
        allowed = None
    if allowed is None:
        return HttpResponse(status=429)
    values = {name: request.GET.get(name, "").strip()[:LONGEST].replace("\x00", "") for name in CHECKED}
    but = key_in(request.GET.get("but", ""))
    return render(request, "customers/duplicates.html", {"found": duplicates_of(values, user=user, but=but)})
