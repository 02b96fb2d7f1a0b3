"""Small forms asked for in a dialog, or on a page of their own where there is no script."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django_stubs_ext import StrOrPromise

from core.pages.serving import DIALOGS, part_asked, respond
from core.pages.widgets import dressed
from core.resources import Resource


def ask(
    request: HttpRequest,
    resource: Resource,
    form: Any,
    *,
    title: StrOrPromise,
    url: str,
    submit: StrOrPromise,
    carried: Iterable[tuple[str, str]] = (),
    danger: bool = False,
    lead: StrOrPromise = "",
    back: str = "",
    remove: bool = False,
) -> HttpResponse:
    """Show a form; 422 when it was filled in and refused.

    `carried` are hidden values that come back with it, `lead` is a sentence above it, `back` where its page leads back
    to, `remove` offers to delete what it is about.
    """
    context = {
        "form": dressed(form),
        "title": title,
        "form_url": url,
        "submit": submit,
        "carried_values": list(carried),
        "danger": danger,
        "lead": lead,
        "back_url": back or resource.url,
        "remove": remove,
    }
    status = 422 if form.is_bound else 200
    return respond(
        request, resource, "dialog_page", context, part=part_asked(request, *DIALOGS), title=title, status=status
    )
