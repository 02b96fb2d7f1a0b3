"""数据字典: the option lists at the left, the options of one of them at the right."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from core.db.keys import keys_in
from core.pages.serving import READ, WRITE, found, go, may, page
from core.records.custom import is_custom
from core.records.custom_lists import option_lists
from core.records.dictionary import OptionList
from core.records.models import Option
from core.records.services import record_update
from core.resources import Resource, registry
from core.shell.navigation import Entry
from tenants.people.models import User
from tenants.settings.services import option_create, option_delete, options_reorder


class OptionNameForm(forms.ModelForm[Option]):
    """The name of an option, within the list that is open."""

    class Meta:
        model = Option
        fields = ("name",)

    def clean_name(self) -> str:
        """The name without spaces around it."""
        name: str = self.cleaned_data["name"].strip()
        return name

    def validate_constraints(self) -> None:
        """The form shows the name only, but two of one name in one list are refused at it."""
        try:
            self.instance.validate_constraints()
        except ValidationError as error:
            self.add_error("name", error.messages)


@page("view", READ)
def lists(request: HttpRequest, resource: Resource) -> HttpResponse:
    """The option list named by `kind`, the first one by default."""
    kinds = _sorted()
    asked = request.GET.get("kind") or (kinds[0].kind if kinds else "")
    if asked not in option_lists():
        raise Http404(f"no option list {asked[:40]}")
    return _page(request, resource, asked, OptionNameForm())


@page("add", WRITE)
def add(request: HttpRequest, resource: Resource, kind: str) -> HttpResponse:
    """Adds an option to a list; 422 with the reason when its name is refused."""
    if kind not in option_lists():
        raise Http404(f"no option list {kind[:40]}")
    form = OptionNameForm(request.POST, instance=Option(kind=kind))
    if form.is_valid() and _stored(form, lambda: option_create({"kind": kind, **form.cleaned_data}, by=_user(request))):
        messages.success(request, _("“%(name)s” was saved.") % {"name": form.cleaned_data["name"]})
        return HttpResponseRedirect(_address(kind))
    return _page(request, resource, kind, form)


@page("change", WRITE)
def change(request: HttpRequest, resource: Resource, pk: int) -> HttpResponse:
    """Renames an option, or takes it out of use and back (`active` given: 1 or empty)."""
    option: Option = found(resource, cast(Any, request.user), pk, "change")
    if "active" in request.POST:
        record_update(option, {"active": request.POST["active"] == "1"}, by=_user(request))
        return HttpResponseRedirect(_address(option.kind))
    form = OptionNameForm(request.POST, instance=option)
    before = Option.objects.known([pk]).get()
    if form.is_valid() and _stored(form, lambda: record_update(before, form.cleaned_data, by=_user(request))):
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(_address(option.kind))
    messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return HttpResponseRedirect(_address(option.kind))


@page("change", WRITE)
def reorder(request: HttpRequest, resource: Resource, kind: str) -> HttpResponse:
    """Puts the options of a list in the order of `option`, all of its ids."""
    given = keys_in(request.POST.getlist("option"))
    try:
        options_reorder(kind, given, by=_user(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return HttpResponseRedirect(_address(kind) if kind in option_lists() else resource.url)


@page("delete", WRITE)
def delete(request: HttpRequest, resource: Resource, pk: int) -> HttpResponse:
    """Removes an option that no record uses; says by how many it is used otherwise."""
    option: Option = found(resource, cast(Any, request.user), pk, "delete")
    try:
        option_delete(option, by=_user(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("“%(name)s” was deleted.") % {"name": option})
    return go(request, _address(option.kind))


def _page(request: HttpRequest, resource: Resource, kind: str, form: OptionNameForm) -> HttpResponse:
    user = cast(Any, request.user)
    kinds = _sorted()
    context = {
        "resource": resource,
        "can": may(resource, user),
        "lists": [Entry(one.label, _address(one.kind), active=one.kind == kind) for one in kinds],
        "option_list": option_lists()[kind],
        "options": resource.rows(user).filter(kind=kind).order_by("order", "pk"),
        "form": form,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "settings/dictionary.html", context, status=status)


def _sorted() -> list[OptionList]:
    """The lists of the modules by their labels, then those of the company's own fields."""
    return sorted(option_lists().values(), key=lambda one: (is_custom(one.kind), str(one.label)))


def _stored(form: OptionNameForm, store: Any) -> bool:
    try:
        with transaction.atomic():
            store()
    except IntegrityError:  # somebody else gave the name between validation and storing
        form.add_error("name", _("This option exists already."))
        return False
    return True


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _address(kind: str) -> str:
    return f"{reverse('options-list')}?kind={kind}"


_given = {"resource": registry.resources["options"]}
addresses = [
    path("options/", lists, _given, "options-list"),
    path("options/in/<slug:kind>/add/", add, _given, "options-add"),
    path("options/in/<slug:kind>/reorder/", reorder, _given, "options-reorder"),
    path("options/<int:pk>/edit/", change, _given, "options-edit"),
    path("options/<int:pk>/delete/", delete, _given, "options-delete"),
]
