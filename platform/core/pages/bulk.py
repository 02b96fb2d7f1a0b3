"""One step for many records: a few are done while the user waits, more of them in the background."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from core.access import Actor
from core.db.keys import keys_in
from core.pages.bulk_job import bulk_order
from core.pages.dialogs import ask
from core.pages.serving import WRITE, actor, go, next_url, page, require, respond
from core.pages.steps import STANDARD, form_of, step_named, verb_of
from core.pages.undo import undo_tag
from core.resources import Resource
from core.resources.query import ListQuery

AT_ONCE = 100  # records done while the browser waits: with more of them it would be seen to wait


@page("", WRITE)
def bulk(request: HttpRequest, resource: Resource) -> HttpResponse:
    """Do one step to the selected records, or to all that match the list's address (`all=1` with `query`)."""
    user = actor(request)
    name = request.POST.get("do", "")
    require(resource, user, verb_of(resource, name))
    within = request.POST.get("within") or "view"
    if within not in {"view", "restore", "purge"} or (within == "view") == (name in {"restore", "purge"}):
        raise Http404(f"{name} is nothing to do to {within}")
    back = next_url(request, resource.url)
    selected = _selected(request, resource, user, within)
    if isinstance(selected, str):
        messages.error(request, selected)
        return go(request, back)
    values: Mapping[str, Any] = {}
    filled_in = ""
    form = form_of(resource, user, name, request.POST if "filled_in" in request.POST else None)
    if form is not None:
        if not form.is_bound or not form.is_valid():
            action = None if name in STANDARD else resource.action(name)
            label = action.label if action else _("Edit many")
            return ask(
                request,
                resource,
                form,
                title=f"{label} · {_chosen(selected.order_by().count())}",
                url=reverse(f"{resource.name}-bulk"),
                submit=label,
                carried=[*_carried(request, form), ("filled_in", "1")],
                danger=bool(action and action.danger),
                lead=action.confirm if action else "",
                back=back,
            )
        values, filled_in = form.cleaned_data, _only(request.POST, form.fields)
    step = step_named(resource, user, name, values)
    pks = list(selected.order_by("pk").values_list("pk", flat=True)[: AT_ONCE + 1])
    if len(pks) > AT_ONCE:
        every = selected.order_by("pk").values_list("pk", flat=True)
        bulk_order(resource, name, every.iterator(chunk_size=2000), values=filled_in, back=back, by=user)
        return go(request, reverse("background"))
    done, failures = step.do(pks)
    undo = ""
    if step.undo and done:
        undo = undo_tag(resource, user, step.undo, done, verb=step.verb, former=step.former)
    if done:
        colon = pgettext("between a label and its value", ": ")
        messages.success(request, f"{_chosen(len(done))}{colon}{step.label}", extra_tags=undo)
    if not failures:
        return go(request, back)
    context = {"title": step.label, "done": len(done), "failed": len(failures), "failures": failures, "back_url": back}
    response = respond(request, resource, "bulk_result", context)
    response["HX-Push-Url"] = "false"  # asking for this address again would not show it
    return response


def _selected(request: HttpRequest, resource: Resource, user: Actor, within: str) -> QuerySet[Any] | str:
    """The records meant, or why there are none."""
    rows: QuerySet[Any]
    if request.POST.get("all"):
        query = ListQuery(resource, user, QueryDict(request.POST.get("query", "")), within)
        rows = query.rows
        if query.problems:
            # Leaving a condition out shows a longer list; here it would reach records that nobody meant.
            return " ".join(problem.message for problem in query.problems)
    else:
        rows = resource.rows(user, within).filter(pk__in=keys_in(request.POST.getlist("ids")))
    return rows if rows.order_by().exists() else _("Nothing is selected.")


def _only(given: QueryDict, names: Mapping[str, Any]) -> str:
    """The values of these fields, as a form was sent with them."""
    kept = QueryDict(mutable=True)
    for name in names:
        kept.setlist(name, given.getlist(name))
    return kept.urlencode()


def _carried(request: HttpRequest, form: Any) -> list[tuple[str, str]]:
    """The selection, to come back with the values of the action."""
    left_out = {"csrfmiddlewaretoken", "filled_in", *form.fields}
    return [(name, str(value)) for name, values in request.POST.lists() if name not in left_out for value in values]


def _chosen(count: int) -> str:
    return ngettext("%(count)s record", "%(count)s records", count) % {"count": f"{count:,}"}
