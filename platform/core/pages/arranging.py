"""How a user arranges a list: columns and saved views."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.access import Actor
from core.pages.address import NOT_IN_A_VIEW, Address
from core.pages.dialogs import ask
from core.pages.models import Colleague, ListSettings, SavedView, SharedWith, may_share_with
from core.pages.serving import BOTH, WRITE, actor, go, next_url, page
from core.resources import Resource
from core.resources.query import ListQuery

PRIVATE = "private"


class ViewForm(forms.ModelForm[SavedView]):
    """Name of a saved view, who else has it, whether the list opens with it."""

    sharing = forms.ChoiceField(label=gettext_lazy("Shared with"), initial=PRIVATE, required=False)
    first = forms.BooleanField(label=gettext_lazy("Open the list with this view"), required=False)

    class Meta:
        model = SavedView
        fields = ("name", "density")

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["sharing"]
        view = self.instance
        offered = may_share_with(cast(Colleague, by), view.resource)
        if view.shared and view.shared_with not in offered:
            offered.append(SharedWith(view.shared_with))  # what it is shared with already, it may stay shared with
        if isinstance(field, forms.ChoiceField):
            field.choices = [(PRIVATE, _("Nobody")), *((one.value, one.label) for one in offered)]
        if view.shared:
            self.initial["sharing"] = view.shared_with

    def save(self, commit: bool = True) -> SavedView:
        """The view, shared as was chosen."""
        chosen = self.cleaned_data["sharing"] or PRIVATE
        self.instance.shared = chosen != PRIVATE
        self.instance.shared_with = SharedWith.EVERYBODY if chosen == PRIVATE else SharedWith(chosen)
        return super().save(commit)

    def clean_name(self) -> str:
        """The name, if the owner has no other view so named."""
        name = " ".join(str(self.cleaned_data["name"]).split())
        same = SavedView.objects.named(name, self.instance.resource, self.instance.owner_id)
        if same.exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("You have a view of this name already."), code="taken")
        return name


@page("view", WRITE)
def columns(request: HttpRequest, resource: Resource) -> HttpResponse:
    """Keep the columns (`columns`, in order) that the user chose, and how many of them stay in sight (`frozen`).

    `do` says for whom: `mine`, `view` (the open view itself, for who may change it), or `reset` to those declared.
    `width` keeps the width of one `column` in `pixels`, or frees it without them.
    """
    user = actor(request)
    view = _view(resource, user, request.POST["view"]) if request.POST.get("view") else None
    with transaction.atomic():
        settings = ListSettings.for_change(user, resource.name)
        match request.POST.get("do"):
            case "reset":
                settings.forget(view)
                settings.widths, settings.frozen = {}, 1
            case "width":
                name = request.POST.get("column", "")
                if name not in resource.all_columns:
                    raise Http404(f"no column {name}")
                settings.resize(name, _number(request.POST.get("pixels", "")))
            case _:
                _choose(request, resource, settings, view)
                settings.freeze(_number(request.POST.get("frozen", "")) or settings.frozen)
        settings.save()
    if request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(status=204)
    return HttpResponseRedirect(next_url(request, resource.url))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else None


def _choose(request: HttpRequest, resource: Resource, settings: ListSettings, view: SavedView | None) -> None:
    user = actor(request)
    visible = [column.name for column in resource.choosable_columns(user)]
    names = list(dict.fromkeys(name for name in request.POST.getlist("columns") if name in visible))
    if not names:
        messages.error(request, _("At least one column must be shown."))
        return
    if request.POST.get("do") == "view" and view is not None:
        _require_own(view, user)
        hidden = [name for name in view.columns if name not in visible]
        view.columns = [*names, *hidden]
        view.save(update_fields=["columns"])
        settings.forget(view)
    else:
        settings.choose(names, among=visible, view=view)


@page("view", BOTH)
def save_view(request: HttpRequest, resource: Resource) -> HttpResponse:
    """Save the list as it is (the parameters of the address) under a name."""
    user = actor(request)
    params = QueryDict(request.POST.get("query", "")) if request.method == "POST" else request.GET
    query = _meant(resource, user, params)
    shown = ListSettings.of(user, resource.name)
    view = SavedView(resource=resource.name, owner_id=user.pk, query=query, columns=list(shown.columns_of(None)))
    form = ViewForm(request.POST if request.method == "POST" else None, instance=view, by=user)
    if request.method == "POST" and form.is_valid() and _stored(form, user):
        messages.success(request, _("The view was saved."))
        return go(request, f"{resource.url}?{view.address}")
    url = reverse(f"{resource.name}-views")
    return ask(request, resource, form, title=_("Save as view"), url=url, submit=_("Save"), carried=[("query", query)])


@page("view", WRITE)
def order_views(request: HttpRequest, resource: Resource) -> HttpResponse:
    """Keep the order (`views`, ids) in which the user wants the tabs, the shared ones among them."""
    user = actor(request)
    settings = ListSettings.of(user, resource.name)
    known = {str(view.pk): view.pk for view in SavedView.offered_to(cast(Colleague, user), resource.name)}
    settings.order_of_views = list(dict.fromkeys(known[pk] for pk in request.POST.getlist("views") if pk in known))
    settings.save()
    return HttpResponseRedirect(next_url(request, resource.url))


@page("view", BOTH)
def change_view(request: HttpRequest, resource: Resource, view: int) -> HttpResponse:
    """Rename, share or remove a saved view, or give it the filters of the list (`do=update` with `query`)."""
    user = actor(request)
    saved = _view(resource, user, str(view))
    _require_own(saved, user)
    do = request.POST.get("do", "")
    if do == "remove":
        saved.delete()
        messages.success(request, _("The view “%(name)s” was removed.") % {"name": saved.name})
        return go(request, resource.url)
    if do == "update":
        saved.query = _meant(resource, user, QueryDict(request.POST.get("query", "")))
        saved.save(update_fields=["query"])
        messages.success(request, _("The view was saved."))
        return go(request, f"{resource.url}?{saved.address}")
    first = ListSettings.of(user, resource.name).default_view_id == saved.pk
    sent = request.POST if request.method == "POST" else None
    form = ViewForm(sent, instance=saved, initial={"first": first}, by=user)
    if request.method == "POST" and form.is_valid() and _stored(form, user):
        messages.success(request, _("The view was saved."))
        return go(request, f"{resource.url}?{saved.address}")
    url = reverse(f"{resource.name}-view", args=[saved.pk])
    return ask(request, resource, form, title=_("Edit view"), url=url, submit=_("Save"), remove=True)


def _stored(form: ViewForm, user: Actor) -> bool:
    """Store the view and whether it comes first; False when its name was taken a moment ago."""
    try:
        with transaction.atomic():
            view = form.save()
    except IntegrityError:
        form.add_error("name", _("You have a view of this name already."))
        return False
    settings = ListSettings.of(user, view.resource)
    if form.cleaned_data["first"]:
        settings.default_view = view
        settings.save()
    elif settings.default_view_id == view.pk:
        settings.default_view = None
        settings.save()
    return True


def _meant(resource: Resource, user: Actor, params: QueryDict) -> str:
    """What of the parameters describes a list: filters, search, sort, size. What is not understood is left out."""
    query = ListQuery(resource, user, params)
    query.page()
    bad = {problem.parameter for problem in query.problems}
    names = {known.name for known in resource.filters_for(user)} | {"q", "sort", "size"}
    return Address.of("", params).only(names - bad - set(NOT_IN_A_VIEW)).query


def _view(resource: Resource, user: Actor, pk: str) -> SavedView:
    offered: list[SavedView] = SavedView.offered_to(cast(Colleague, user), resource.name)
    view = next((view for view in offered if str(view.pk) == pk), None)
    if view is None:
        raise Http404("no such view")
    return view


def _require_own(view: SavedView, user: Actor) -> None:
    if not view.may_be_changed_by(user):
        raise PermissionDenied("somebody else's view")
