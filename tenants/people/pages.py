"""What users and the organisation have beside the generic pages: hand-over, reset, 切换用户, the tree."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from core.pages.serving import BOTH, READ, WRITE, found, go, may, next_url, page, part_asked
from core.pages.undo import undo_tag
from core.pages.widgets import dressed
from core.resources import Resource
from core.resources.forms import refuse
from tenants.companies.middleware import allowed_when_read_only
from tenants.people.forms import HandOverForm
from tenants.people.models import Department, User
from tenants.people.organisation import department_move
from tenants.people.owned import owned_by
from tenants.people.services import user_delete, user_reset_password
from tenants.people.signin_required import signed_in
from tenants.people.switching import switch_back, switch_to

TOO_LARGE = 19  # digits of a number that is no id


@page("delete", BOTH)
def delete_user(request: HttpRequest, resource: Resource, pk: int) -> HttpResponse:
    """Asks who takes over what the user owns, with the counts; then puts the user in the trash."""
    by = _user(request)
    user: User = found(resource, cast(Any, by), pk, "delete")
    owned = owned_by(user)
    sent = request.method == "POST" and ("sure" in request.POST or not owned)
    form = HandOverForm(request.POST if sent else None, leaver=user, needed=bool(owned))
    if sent and form.is_valid():
        try:
            user_delete(user, hand_over_to=form.cleaned_data["hand_over_to"], by=by)
        except ValidationError as error:
            refuse(form, error)
        else:
            undo = undo_tag(resource, cast(Any, by), "restore", [pk], verb="delete")
            messages.success(request, _("“%(name)s” was deleted.") % {"name": user}, extra_tags=undo)
            address = next_url(request, resource.url)
            return go(request, resource.url if address.startswith(resource.record_url(user)) else address)
    context = {
        "form": dressed(form),
        "leaver": user,
        "owned": owned,
        "next": next_url(request, ""),
        "url": reverse("users-delete", args=[pk]),
        "back": resource.record_url(user),
    }
    return _dialog(request, "people/delete_user", context, status=422 if form.errors else 200)


@page("reset", BOTH)
def reset_password(request: HttpRequest, resource: Resource, pk: int) -> HttpResponse:
    """Asks first; then shows the new password, once."""
    by = _user(request)
    user: User = found(resource, cast(Any, by), pk, "reset")
    context: dict[str, Any] = {
        "target": user,
        "url": reverse("users-reset", args=[pk]),
        "back": resource.record_url(user),
    }
    if request.method == "POST":
        try:
            context["password"] = user_reset_password(user, by=by)
        except ValidationError as error:
            context["refused"] = " ".join(error.messages)
    return _dialog(request, "people/reset_password", context, status=422 if "refused" in context else 200)


@allowed_when_read_only
@page("switch", WRITE)
def switch(request: HttpRequest, resource: Resource, pk: int) -> HttpResponse:
    """切换用户: goes on as the user, on their home page."""
    by = _user(request)
    user: User = found(resource, cast(Any, by), pk, "switch")
    try:
        switch_to(request, user, by=by)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return HttpResponseRedirect(next_url(request, resource.url))
    return _whole_page(request, reverse("home"))


@allowed_when_read_only
@signed_in
def back(request: HttpRequest) -> HttpResponse:
    """The way back to one's own account."""
    if request.method != "POST":
        return HttpResponse(status=HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "POST"})
    target = request.user
    if switch_back(request) is None:
        return HttpResponseRedirect(reverse("home"))
    messages.success(request, _("You are yourself again, and no longer %(user)s.") % {"user": target})
    return _whole_page(request, reverse("users-list"))


@dataclass
class Node:
    """A unit of the organisation with those below it."""

    unit: Department
    members: int
    below: list[Node] = field(default_factory=list)

    @property
    def all_members(self) -> int:
        """The users of the unit and of everything below it."""
        return self.members + sum(node.all_members for node in self.below)


@page("view", READ)
def organisation(request: HttpRequest, resource: Resource) -> HttpResponse:
    """组织管理: the tree, to look at and to move about."""
    by = cast(Any, request.user)
    context = {
        "resource": resource,
        "can": may(resource, by),
        "top": tree_of(resource, by),
        "may_see_users": by.access.may("users.view"),
    }
    return render(request, "people/organisation.html", context)


@page("change", WRITE)
def move(request: HttpRequest, resource: Resource) -> HttpResponse:
    """Moves `node` below `parent` (empty: to the top), to `position` from 0. Answers how to undo it, or why not."""
    given = {**request.GET.dict(), **request.POST.dict()}
    by = _user(request)
    moved: Department = found(resource, cast(Any, by), _number(given.get("node")), "change")
    parent = found(resource, cast(Any, by), _number(given["parent"])) if given.get("parent") else None
    siblings = list(Department.objects.below(moved.parent).values_list("pk", flat=True))
    former = {"node": moved.pk, "parent": moved.parent_id or "", "position": siblings.index(moved.pk)}
    try:
        department_move(moved, parent=parent, position=_number(given.get("position")), by=by)
    except ValidationError as error:
        return HttpResponse(
            " ".join(error.messages), status=HTTPStatus.UNPROCESSABLE_ENTITY, content_type="text/plain; charset=utf-8"
        )
    return JsonResponse({"undo": f"{reverse('departments-move')}?{urlencode(former)}"})


def tree_of(resource: Resource, user: Any) -> list[Node]:
    """The units that the user may see, below one another; one whose parent is not seen stands at the top."""
    active = Count("members", filter=Q(members__deleted_at__isnull=True))
    units = resource.rows(user).select_related("leader").annotate(member_count=active).order_by("order", "pk")
    nodes = {unit.pk: Node(cast(Department, unit), unit.member_count) for unit in units}
    top: list[Node] = []
    for node in nodes.values():
        parent = nodes.get(node.unit.parent_id or 0)
        (parent.below if parent else top).append(node)
    return top


def _dialog(request: HttpRequest, template: str, context: dict[str, Any], *, status: int) -> HttpResponse:
    """A dialog where one was asked for, a page of its own without scripts."""
    part = part_asked(request, "dialog", "dialog-form")
    context["part"] = part
    return render(request, f"{template}{'_dialog' if part else ''}.html", context, status=status)


def _whole_page(request: HttpRequest, url: str) -> HttpResponse:
    """Lead on to a page that is loaded anew as a whole: it belongs to somebody else."""
    if "HX-Request" not in request.headers:
        return HttpResponseRedirect(url)
    response = HttpResponse(status=HTTPStatus.NO_CONTENT)
    del response["Content-Type"]  # there is no page in it that the shell could look for
    response["HX-Redirect"] = url
    return response


def _number(text: str | None) -> int:
    if not text or not text.isascii() or not text.isdigit() or len(text) >= TOO_LARGE:
        raise Http404("no such number")
    return int(text)


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)
