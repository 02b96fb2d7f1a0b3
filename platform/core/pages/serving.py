"""What every page has in common: who asks, whether they may, which row is meant, which part is wanted."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from core.access import Actor
from core.records.base import Stored
from core.resources import Resource

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
READ = ("GET", "HEAD")
WRITE = ("POST",)
BOTH = (*READ, *WRITE)
DIALOGS = ("dialog", "dialog-form")  # where dialogs are put, and the form inside one


def page(verb: str = "", methods: Sequence[str] = READ) -> Callable[[View], View]:
    """Serve a view to users who have the resource's permission `verb`; an empty one: to everybody who is signed in.

    The view is called with the resource it serves. Who is not signed in is sent to the sign-in page (401 for scripts);
    who lacks the permission gets 403; a verb that the resource does not know is no page at all: 404.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def serve(request: HttpRequest, resource: Resource, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return ask_to_sign_in(request)
            if verb:
                require(resource, actor(request), verb)
            response = view(request, resource, **kwargs)
            patch_vary_headers(response, ["HX-Request", "HX-Request-Type", "HX-Target"])
            add_never_cache_headers(response)
            return response

        return cast(View, require_http_methods(list(methods))(serve))

    return decorate


def actor(request: HttpRequest) -> Actor:
    """Who is signed in."""
    return cast(Actor, request.user)


def require(resource: Resource, user: Actor, verb: str) -> None:
    """Let pass who has the permission: PermissionDenied for others, Http404 for a verb the resource does not know."""
    if verb not in resource.all_verbs:
        raise Http404(f"{resource.name} knows no {verb}")
    if not user.access.may(resource.permission(verb)):
        raise PermissionDenied(resource.permission(verb))


def found(resource: Resource, user: Actor, pk: int, verb: str = "view", rows: QuerySet[Any] | None = None) -> Any:
    """The record on which the user wants to do `verb`.

    Http404 when the user can't see it, PermissionDenied when it can be seen but `verb` does not reach it. `rows` are
    the rows of the verb with what the page needs fetched beside them.
    """
    record = (resource.rows(user, verb) if rows is None else rows).filter(pk=pk).first()
    if record is not None:
        return record
    if verb != "view" and resource.rows(user).filter(pk=pk).exists():
        raise PermissionDenied(resource.permission(verb))
    raise Http404(f"no {resource.name} {pk}")


def may(resource: Resource, user: Actor) -> dict[str, bool]:
    """{verb: whether the user has the permission}, for every verb of the resource."""
    return {verb: user.access.may(resource.permission(verb)) for verb in resource.all_verbs}


def part_asked(request: HttpRequest, *parts: str) -> str:
    """Which of `parts` (ids of elements) htmx wants to replace; empty when the whole page is wanted.

    A script that asks by itself names the part in the address (`part=drawer`): htmx tells then where it was asked from.
    """
    if request.headers.get("HX-Request-Type") != "partial" or "HX-History-Restore-Request" in request.headers:
        return ""
    wanted = request.GET.get("part") or request.headers.get("HX-Target", "").partition("#")[2]
    return wanted if wanted in parts else ""


def respond(
    request: HttpRequest,
    resource: Resource,
    template: str,
    context: Mapping[str, Any],
    *,
    part: str = "",
    title: object = "",
    status: int = 200,
) -> HttpResponse:
    """The page `template`, or only its part `part`; a module's own template of the same name comes first."""
    known = {**context, "resource": resource, "user": request.user, "can": may(resource, actor(request))}
    if part:
        template = f"parts/{part.replace('-', '_')}"
        known |= {"part_template": _templates(resource, template), "part_title": title}
        return render(request, "shell/part.html", known, status=status)
    return render(request, _templates(resource, template), known, status=status)


def _templates(resource: Resource, name: str) -> list[str]:
    return [f"{resource.name}/{name}.html", f"pages/{name}.html"]


def go(request: HttpRequest, url: str) -> HttpResponse:
    """Lead on to another page, after a form that was sent from it or from a dialog."""
    if not part_asked(request, *DIALOGS):
        return HttpResponseRedirect(url)
    response = HttpResponse(status=204)
    location = {"path": url, "target": "#app", "select": "#app", "swap": "outerHTML"}
    if url == opened_over(request, ""):
        location["replace"] = "true"  # the same page anew is no further step to go back
    response["HX-Location"] = json.dumps(location)
    response["HX-Trigger"] = "close-dialog"
    return response


def opened_over(request: HttpRequest, default: str) -> str:
    """The page on which a dialog was opened, with the filters of a list; `default` where the browser doesn't say."""
    given = request.headers.get("HX-Current-URL", "")
    if not url_has_allowed_host_and_scheme(given, {request.get_host()}):
        return default
    here = urlsplit(given)
    return f"{here.path}{'?' + here.query if here.query else ''}" if here.netloc else default


def next_url(request: HttpRequest, default: str) -> str:
    """Where the form says to go on to, if that is a page of this host; else `default`."""
    given = request.POST.get("next") or request.GET.get("next") or ""
    safe = given.startswith("/") and url_has_allowed_host_and_scheme(
        given, {request.get_host()}, require_https=request.is_secure()
    )
    return given if safe else default


def landing_url(resource: Resource, user: Actor, record: Stored) -> str:
    """The record's page if the user can see the record, else the list: what one creates may belong to others."""
    return resource.record_url(record) if resource.rows(user).filter(pk=record.pk).exists() else resource.url


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page, or 401 for a script, which asks in a dialog."""
    if "HX-Request" in request.headers or "text/html" not in request.headers.get("Accept", "text/html"):
        return HttpResponse(status=401)
    return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
