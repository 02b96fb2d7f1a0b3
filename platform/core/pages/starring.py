"""关注: giving a record one's star and taking it away. The browser shows it at once and takes it back on a refusal."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from core.pages.serving import WRITE, actor, found, page
from core.resources import Resource


@page("view", WRITE)
def star(request: HttpRequest, resource: Resource, pk: int) -> HttpResponse:
    """Give the record the user's star (`on=1`) or take it away (`on` empty)."""
    if resource.stars is None:
        raise Http404(f"{resource.name} have no stars")
    user = actor(request)
    resource.stars.put(found(resource, user, pk), bool(request.POST.get("on")), by=user)
    return HttpResponse(status=204)
