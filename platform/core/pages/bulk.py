"""One step for many records: each is done alone, and those that could not be done are named with the reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from core.access import Actor
from core.pages.deeds import REFUSALS, action_of, refusal
from core.pages.dialogs import ask
from core.pages.serving import WRITE, actor, go, next_url, page, require, respond
from core.pages.undo import undo_tag
from core.resources import Resource
from core.resources.query import ListQuery

MOST = 1000  # records of one step: more would keep the browser waiting
STANDARD = frozenset({"delete", "restore", "purge"})


@dataclass(frozen=True, slots=True)
class Failure:
    """A record that could not be done, and why."""

    name: str
    url: str
    reason: str


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done: the verb of its permission, and the service that does it to one record."""

    verb: str
    done: str
    run: Callable[[Any], Any]
    undo: str = ""


@page("", WRITE)
def bulk(request: HttpRequest, resource: Resource) -> HttpResponse:
    """Do one step to the selected records, or to all that match the list's address (`all=1` with `query`)."""
    user = actor(request)
    name = request.POST.get("do", "")
    verb = name if name in STANDARD else action_of(resource, name).verb
    require(resource, user, verb)
    within = request.POST.get("within") or "view"
    if within not in {"view", "restore", "purge"} or (within == "view") == (name in {"restore", "purge"}):
        raise Http404(f"{name} is nothing to do to {within}")
    back = next_url(request, resource.url)
    selected = _selected(request, resource, user, within)
    if isinstance(selected, str):
        messages.error(request, selected)
        return go(request, back)
    values: Mapping[str, Any] = {}
    if name not in STANDARD:
        action = action_of(resource, name)
        if not action.bulk:
            raise Http404(f"{name} is done to one record at a time")
        if action.form is not None:
            form = action.form(request.POST if "filled_in" in request.POST else None)
            if not form.is_bound or not form.is_valid():
                return ask(
                    request,
                    resource,
                    form,
                    title=f"{action.label} · {_chosen(len(selected))}",
                    url=reverse(f"{resource.name}-bulk"),
                    submit=action.label,
                    carried=[*_carried(request, form), ("filled_in", "1")],
                    danger=action.danger,
                    lead=action.confirm,
                    back=back,
                )
            values = form.cleaned_data
    step = _step(resource, user, name, values)
    done, failures = _run(resource, user, step, selected)
    undo = undo_tag(resource, user, step.undo, done) if step.undo and done else ""
    if done:
        colon = pgettext("between a label and its value", ": ")
        messages.success(request, f"{_chosen(len(done))}{colon}{step.done}", extra_tags=undo)
    if not failures:
        return go(request, back)
    context = {"title": step.done, "done": len(done), "failures": failures, "back_url": back}
    response = respond(request, resource, "bulk_result", context)
    response["HX-Push-Url"] = "false"  # asking for this address again would not show it
    return response


def _selected(request: HttpRequest, resource: Resource, user: Actor, within: str) -> list[Any] | str:
    """The records meant, or why there are none."""
    if request.POST.get("all"):
        query = ListQuery(resource, user, QueryDict(request.POST.get("query", "")), within)
        rows = query.rows
        if query.problems:
            # Leaving a condition out shows a longer list; here it would reach records that nobody meant.
            return " ".join(problem.message for problem in query.problems)
    else:
        pks = [int(pk) for pk in request.POST.getlist("ids") if pk.isascii() and pk.isdigit() and len(pk) < 19]
        rows = resource.rows(user, within).filter(pk__in=pks)
    found = list(rows[: MOST + 1])
    if not found:
        return _("Nothing is selected.")
    if len(found) > MOST:
        return _("At most %(most)s records can be done in one step. Narrow the list first.") % {"most": f"{MOST:,}"}
    return found


def _step(resource: Resource, user: Actor, name: str, values: Mapping[str, Any]) -> Step:
    match name:
        case "delete":
            undo = "restore" if resource.model.has_trash() else ""
            return Step(name, _("deleted"), lambda record: resource.delete(record, by=user), undo)
        case "restore":
            return Step(name, _("restored"), lambda record: resource.restore(record, by=user))
        case "purge":
            return Step(name, _("removed for good"), lambda record: resource.purge(record, by=user))
    action = action_of(resource, name)
    return Step(
        action.verb, str(action.label), lambda record: resource.act(action, record, by=user, values=values), action.undo
    )


def _run(resource: Resource, user: Actor, step: Step, selected: list[Any]) -> tuple[list[int], list[Failure]]:
    reached = set(
        resource.rows(user, step.verb).filter(pk__in=[record.pk for record in selected]).values_list("pk", flat=True)
    )
    done: list[int] = []
    failures: list[Failure] = []
    for record in selected:
        pk, name = record.pk, str(record)
        if pk not in reached:
            failures.append(
                Failure(name, resource.record_url(record), _("Your roles do not allow this for this record."))
            )
            continue
        try:
            with transaction.atomic():
                step.run(record)
        except REFUSALS as error:
            failures.append(Failure(name, reverse(f"{resource.name}-detail", args=[pk]), refusal(error)))
        else:
            done.append(pk)
    return done, failures


def _carried(request: HttpRequest, form: Any) -> list[tuple[str, str]]:
    """The selection, to come back with the values of the action."""
    left_out = {"csrfmiddlewaretoken", "filled_in", *form.fields}
    return [(name, str(value)) for name, values in request.POST.lists() if name not in left_out for value in values]


def _chosen(count: int) -> str:
    return ngettext("%(count)s record", "%(count)s records", count) % {"count": f"{count:,}"}
