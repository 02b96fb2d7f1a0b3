"""自定义字段: the modules at the left, the fields of one of them at the right, dragged into their order."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.db.keys import keys_in
from core.pages.dialogs import ask
from core.pages.serving import BOTH, READ, WRITE, actor, found, go, may, next_url, page
from core.pages.undo import RESTORE, undo_tag
from core.records.custom import CHOOSING, MOST
from core.resources import Resource
from core.shell.navigation import Entry
from tenants.fields.models import Field
from tenants.fields.services import field_delete, field_update, field_uses, fields_reorder, modules

SURE = "sure"


@page("view", READ)
def fields(request: HttpRequest, resource: Resource) -> HttpResponse:
    """The fields of the module named by `module`, the first one by default."""
    known = modules()
    asked = request.GET.get("module") or known[0].name
    module = next((one for one in known if one.name == asked), None)
    if module is None:
        raise Http404(f"no module {asked[:40]}")
    user = actor(request)
    rows = list(resource.rows(user).filter(module=asked).order_by("order", "pk"))
    context = {
        "resource": resource,
        "can": may(resource, user),
        "modules": [Entry(one.label, _address(one.name), one.icon, active=one is module) for one in known],
        "module": module,
        "fields": rows,
        "most": MOST,
        "new_url": f"{reverse('fields-new')}?{urlencode({'module': asked, 'next': _address(asked)})}",
        "here": _address(asked),
        "choosing": CHOOSING,
        "may_see_options": user.access.may("options.view"),
    }
    return render(request, "fields/page.html", context)


@page("change", WRITE)
def reorder(request: HttpRequest, resource: Resource, module: str) -> HttpResponse:
    """Puts the fields of a module in the order of `field`, all of their ids."""
    given = keys_in(request.POST.getlist("field"))
    try:
        fields_reorder(module, given, by=actor(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return HttpResponseRedirect(_address(module) if module in {one.name for one in modules()} else resource.url)


@page("change", WRITE)
def switch(request: HttpRequest, resource: Resource, pk: int) -> HttpResponse:
    """Takes a field out of use, or back (`active`: 1 or empty); its values stay either way."""
    field: Field = found(resource, actor(request), pk, "change")
    field_update(field, {"active": request.POST.get("active") == "1"}, by=actor(request))
    return HttpResponseRedirect(_address(field.module))


@page("delete", BOTH)
def delete(request: HttpRequest, resource: Resource, pk: int) -> HttpResponse:
    """Asks first, and says how many records have a value; then puts the field in the trash."""
    user = actor(request)
    field: Field = found(resource, user, pk, "delete")
    back = next_url(request, _address(field.module))
    if back.startswith(resource.record_url(field)):
        back = _address(field.module)
    if request.method != "POST" or SURE not in request.POST:
        return ask(
            request,
            resource,
            forms.Form(),
            title=_("Delete the field “%(name)s”") % {"name": field},
            url=reverse("fields-delete", args=[pk]),
            submit=_("Delete"),
            danger=True,
            lead=_question(field),
            carried=[(SURE, "1"), ("next", back)],
            back=back,
        )
    field_delete(field, by=user)
    undo = undo_tag(resource, user, RESTORE, [pk], verb="delete")
    messages.success(request, _("“%(name)s” was deleted.") % {"name": field}, extra_tags=undo)
    return go(request, back)


def _question(field: Field) -> str:
    uses = field_uses(field)
    if not uses:
        return _("No record has a value in it. It can be restored from the trash.")
    text = ngettext(
        "%(count)s record has a value in it, which is shown nowhere any more. Until the field is purged from the "
        "trash it can be restored with its values; taken out of use instead, it stays in this list.",
        "%(count)s records have a value in it, which are shown nowhere any more. Until the field is purged from the "
        "trash it can be restored with its values; taken out of use instead, it stays in this list.",
        uses,
    )
    return text % {"count": f"{uses:,}"}


def _address(module: str) -> str:
    return f"{reverse('fields-list')}?{urlencode({'module': module})}"
