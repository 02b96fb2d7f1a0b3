"""The collaborators of a record (协作人): shown, added and removed by whoever may change it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.access import Actor
from core.access.models import Collaborator
from core.pages.dialogs import ask
from core.pages.serving import BOTH, WRITE, actor, found, go, page
from core.records.collaborators import collaborator_add, collaborator_remove, collaborators_of
from core.resources import Panel, Resource
from core.resources.forms import RemoteSelect
from core.resources.registry import resource_of

PANEL = Panel(
    "collaborators",
    gettext_lazy("Collaborators"),
    icon="users-group",
    template="pages/panels/collaborators.html",
    context=lambda record, user: {"collaborators": collaborators_of(record)},
    count=lambda record, user: collaborators_of(record).count(),
)


class CollaboratorForm(forms.Form):
    """Whom to add, and with which right."""

    user: Any = forms.ModelChoiceField(queryset=None, label=gettext_lazy("User"))
    level = forms.ChoiceField(
        label=gettext_lazy("Right"), choices=Collaborator.Level.choices, initial=Collaborator.Level.READ
    )

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        users = resource_of(get_user_model())
        field = self.fields["user"]
        if isinstance(field, forms.ModelChoiceField):
            field.widget = RemoteSelect(users.choice_url)
            field.queryset = users.offered(by)


@page("change", BOTH)
def add(request: HttpRequest, resource: Resource, pk: int) -> HttpResponse:
    """Make a user collaborator of the record, or give a collaborator another right."""
    user = actor(request)
    record = found(resource, user, pk, "change")
    form = CollaboratorForm(request.POST if request.method == "POST" else None, by=user)
    if request.method == "POST" and form.is_valid():
        collaborator_add(record, form.cleaned_data["user"], Collaborator.Level(form.cleaned_data["level"]), by=user)
        messages.success(request, _("Saved."))
        return go(request, f"{resource.record_url(record)}?panel={PANEL.name}")
    url = reverse(f"{resource.name}-collaborators", args=[pk])
    return ask(
        request,
        resource,
        form,
        title=_("Add a collaborator"),
        url=url,
        submit=_("Add"),
        back=resource.record_url(record),
    )


@page("change", WRITE)
def remove(request: HttpRequest, resource: Resource, pk: int, collaborator: int) -> HttpResponse:
    """Take a collaborator off the record."""
    user = actor(request)
    record = found(resource, user, pk, "change")
    share = collaborators_of(record).filter(pk=collaborator).first()
    if share is None:
        raise Http404(f"no collaborator {collaborator}")
    collaborator_remove(record, share, by=user)
    messages.success(request, _("The collaborator was removed."))
    return go(request, f"{resource.record_url(record)}?panel={PANEL.name}")
