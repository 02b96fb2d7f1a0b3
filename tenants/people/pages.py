"""What users and the organisation have beside the generic pages: hand-over, reset, 切换用户, the tree."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from core.pages.serving import BOTH, READ, WRITE, found, go, may, next_url, page, part_asked
from core.pages.trees import Node, tree_of
from core.pages.undo import undo_tag
from core.pages.widgets import dressed
from core.resources import Resource
from core.resources.forms import refuse
from tenants.companies.middleware import allowed_when_read_only
from tenants.people.forms import HandOverForm
from tenants.people.models import User
from tenants.people.owned import owned_by
from tenants.people.services import user_delete, user_reset_password
from tenants.people.signin_required import signed_in
from tenants.people.switching import switch_back, switch_to


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


class Unit(Node):
    """A unit of the organisation with those below it."""

    @property
    def members(self) -> int:
        """The users of the unit."""
        count: int = self.record.member_count
        return count

    @property
    def all_members(self) -> int:
        """The users of the unit and of everything below it."""
        return self.members + sum(unit.all_members for unit in self.below)


@page("view", READ)
def organisation(request: HttpRequest, resource: Resource) -> HttpResponse:
    """组织管理: the tree, to look at and to move about."""
    by = cast(Any, request.user)
    active = Count("members", filter=Q(members__deleted_at__isnull=True))
    units = resource.rows(by).select_related("leader").annotate(member_count=active)
    context = {
        "resource": resource,
        "can": may(resource, by),
        "top": tree_of(units, Unit),
        "may_see_users": by.access.may("users.view"),
    }
    return render(request, "people/organisation.html", context)


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


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)
