"""The home page: a greeting, what a new company still has to do, and the way to what the user may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from core.live.models import Notification, unread_count
from core.pages.serving import READ, WRITE, page
from core.resources import Screen
from core.resources import home as home_parts
from tenants.companies.info import CompanyInfo
from tenants.people.administrators import administrators
from tenants.people.models import Department, User
from tenants.roles.models import Role
from tenants.settings.models import CompanySettings
from tenants.settings.navigation import visible_areas
from tenants.settings.services import checklist_put_away

NOTIFICATIONS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Step:
    """A thing to do for a new company, whether it is done, and where it is done."""

    label: StrOrPromise
    done: bool
    url: str


@page("", READ)
def home(request: HttpRequest, resource: Screen) -> HttpResponse:
    """首页: everybody has it; who has no role is told whom to ask."""
    user = cast(User, request.user)
    company: CompanyInfo = request.company  # type: ignore[attr-defined]
    settings: CompanySettings = request.settings  # type: ignore[attr-defined]
    areas = visible_areas(user)
    steps = checklist_steps(user, settings)
    context = {
        "figures": [
            (figure, value, figure.url) for figure in home_parts.figures if (value := figure.value(user)) is not None
        ],
        "cards": [(card.template, data) for card in home_parts.cards if (data := card.context(user)) is not None],
        "counted": home_parts.COUNTED,
        "greeting": greeting(),
        "areas": areas,
        "steps": steps,
        "steps_done": sum(step.done for step in steps),
        "checklist_shown": bool(steps) and not settings.checklist_away,
        "may_put_away": user.access.may("settings.change"),
        "administrators": [] if areas else list(administrators()),
        "notifications": Notification.rows.of(user)[:NOTIFICATIONS_SHOWN],
        "unread": unread_count(user),
        "licence": company.licence if user.access.may("settings.view") else None,
        "users": User.objects.get_queryset().with_seat().count(),
    }
    return render(request, "settings/home.html", context)


@page("", WRITE)
def checklist(request: HttpRequest, resource: Screen) -> HttpResponse:
    """Puts the checklist away for the company, or back (`away` empty)."""
    if not cast(User, request.user).access.may("settings.change"):
        raise PermissionDenied("settings.change")
    checklist_put_away(bool(request.POST.get("away")))
    return HttpResponseRedirect(reverse("home"))


def greeting() -> str:
    """Good morning, afternoon or evening, by the company's clock."""
    hour = timezone.localtime().hour
    if 5 <= hour < 12:
        return _("Good morning")
    return _("Good afternoon") if 12 <= hour < 18 else _("Good evening")


def checklist_steps(user: User, settings: CompanySettings) -> Sequence[Step]:
    """What the user, if they may do it, has to do at first, with the state it is really in."""
    may = user.access.may
    colleagues = User.objects.get_queryset().live().count() > 1
    wanted = [
        ("settings.change", _("Fill in the company's details"), _details_filled(settings), reverse("settings")),
        ("settings.change", _("Upload the logo"), bool(settings.logo), reverse("settings") + "#id_logo_field"),
        (
            "departments.add",
            _("Set up the departments"),
            Department.objects.departments().exists(),
            reverse("departments-list"),
        ),
        (
            "roles.change",
            _("Set up roles and give them to users"),
            Role.objects.in_use().exists(),
            reverse("roles-list"),
        ),
        ("users.add", _("Invite your colleagues"), colleagues, reverse("users-new")),
    ]
    return [Step(label, done, url) for permission, label, done, url in wanted if may(permission)]


def _details_filled(settings: CompanySettings) -> bool:
    return bool(settings.address and (settings.telephone or settings.phone))
