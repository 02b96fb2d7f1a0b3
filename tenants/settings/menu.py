"""菜单管理: each user's own menu."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from core.pages.serving import BOTH, WRITE, page
from core.resources import Screen
from tenants.people.models import User
from tenants.settings.models import MenuChoice
from tenants.settings.navigation import visible_areas
from tenants.settings.services import menu_arrange, menu_reset


@page("", BOTH)
def arrange(request: HttpRequest, resource: Screen) -> HttpResponse:
    """Shows every entry the user may see; stores those in the menu (`shown`), and the order of all (`entry`)."""
    user = cast(User, request.user)
    if request.method == "POST":
        entries, shown = request.POST.getlist("entry"), set(request.POST.getlist("shown"))
        menu_arrange(order=entries, hidden=[name for name in entries if name not in shown], by=user)
        messages.success(request, _("Your menu was saved."))
        return HttpResponseRedirect(reverse("menu"))
    choice = MenuChoice.of(user)
    context = {
        "modules": visible_areas(user, everything=True),
        "hidden": choice.hidden if choice else [],
        "changed": choice is not None,
    }
    return render(request, "settings/menu.html", context)


@page("", WRITE)
def reset(request: HttpRequest, resource: Screen) -> HttpResponse:
    """Gives the user the menu as everybody has it at first."""
    menu_reset(by=cast(User, request.user))
    messages.success(request, _("Your menu is as it was at first."))
    return HttpResponseRedirect(reverse("menu"))
