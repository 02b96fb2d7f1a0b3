"""The list of a module whose rows form a tree: shown as one, to be folded and moved about."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol, Self, TypeVar
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse

from core.db.keys import key_in
from core.pages.serving import WRITE, actor, found, page, respond
from core.records.trees import node_move
from core.resources import Resource


class Move(Protocol):
    """A service that moves a row, as `node_move` does."""

    def __call__(self, node: Any, /, *, parent: Any, position: int, by: Any) -> Any:
        """Put the row below the parent, as the one at that position."""


@dataclass
class Node:
    """A row of the tree with those below it."""

    record: Any
    below: list[Self] = field(default_factory=list)


N = TypeVar("N", bound=Node)


@page("view")
def show(request: HttpRequest, resource: Resource) -> HttpResponse:
    """The tree, as far as the user may see it."""
    context = {
        "title": resource.label,
        "top": tree_of(resource.rows(actor(request)), Node),
        "move_url": reverse(f"{resource.name}-move"),
    }
    return respond(request, resource, "tree", context, title=resource.label)


@page("change", WRITE)
def move(request: HttpRequest, resource: Resource, by_service: Move = node_move) -> HttpResponse:
    """Moves `node` below `parent` (empty: to the top), to `position` from 0. Answers how to undo it, or why not."""
    given = {**request.GET.dict(), **request.POST.dict()}
    user = actor(request)
    moved = found(resource, user, _number(given.get("node")), "change")
    parent = found(resource, user, _number(given["parent"])) if given.get("parent") else None
    siblings = list(
        resource.rows(user).filter(parent=moved.parent_id).order_by("order", "pk").values_list("pk", flat=True)
    )
    former = {"node": moved.pk, "parent": moved.parent_id or "", "position": siblings.index(moved.pk)}
    try:
        by_service(moved, parent=parent, position=_number(given.get("position")), by=user)
    except ValidationError as error:
        told = " ".join(error.messages)
        return HttpResponse(told, status=HTTPStatus.UNPROCESSABLE_ENTITY, content_type="text/plain; charset=utf-8")
    return JsonResponse({"undo": f"{reverse(f'{resource.name}-move')}?{urlencode(former)}"})


def tree_of(rows: QuerySet[Any], kind: type[N]) -> list[N]:
    """The rows below one another; one whose parent is not among them stands at the top."""
    nodes = {row.pk: kind(row) for row in rows.order_by("order", "pk")}
    top: list[N] = []
    for node in nodes.values():
        parent = nodes.get(node.record.parent_id or 0)
        (parent.below if parent else top).append(node)
    return top


def _number(text: str | None) -> int:
    number = key_in(text or "")
    if number is None:
        raise Http404("no such number")
    return number
