"""What the shell shows around a company's pages: its name and logo, the menu of the user, notices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.live.models import unread_count
from core.resources import Area as Module
from core.resources import Resource, Screen, registry
from core.resources.menu import Group as Heading
from core.shell.navigation import Account, Area, Brand, Entry, Group, Notice, Provider
from tenants.areas import HOME
from tenants.companies.info import CompanyInfo, LicenceState
from tenants.settings.models import CompanySettings, MenuChoice

NOTICE_DAYS = 14  # before the last good day of a licence, administrators are told


class CompanyProvider(Provider):
    """Answers for companies; on the public site, which has no company, as the base class does."""

    def areas(self, request: HttpRequest) -> Sequence[Area]:
        """The home page, and every module that the user may see something of, as the user arranged it."""
        if not _signed_in(request):
            return ()
        return (_home_area(), *visible_areas(request.user))

    def brand(self, request: HttpRequest) -> Brand:
        """What the company calls its system, its logo and colour."""
        settings: CompanySettings | None = getattr(request, "settings", None)
        if settings is None:
            return super().brand(request)
        return Brand(settings.system_name, logo_url(settings), settings.colour)

    def account(self, request: HttpRequest) -> Account | None:
        """Who is signed in, what they can do about themselves, and who acts for them."""
        if not _signed_in(request):
            return None
        user: Any = request.user
        person = getattr(request, "impersonator", None)
        links = [
            Entry(_("Profile"), reverse("profile"), icon="user-circle"),
            Entry(_("Background work"), reverse("background"), icon="progress"),
        ]
        if person is None:
            links.append(Entry(_("Change password"), reverse("account_change_password"), icon="key"))
        return Account(
            id=user.pk,
            name=str(user),
            detail=user.username if user.department is None else f"{user.username} · {user.department}",
            links=links,
            sign_out_url=reverse("account_logout"),
            impersonator=str(person or ""),
            stop_impersonating_url=reverse("users-switch-back") if person else "",
        )

    def notices(self, request: HttpRequest) -> Sequence[Notice]:
        """An expired licence, one that ends soon, a temporary password."""
        if not _signed_in(request):
            return ()
        user: Any = request.user
        company: CompanyInfo = request.company  # type: ignore[attr-defined]
        found = list(_licence_notices(company, administrator=user.access.administrator))
        if user.password_is_temporary and getattr(request, "impersonator", None) is None:
            text = _("Your password is temporary. Please choose one of your own.")
            found.append(Notice(text, "warning", reverse("account_change_password"), _("Change password")))
        return found

    def create(self, request: HttpRequest) -> Sequence[Entry]:
        """What the user may add, of everything in the menu."""
        if not _signed_in(request):
            return ()
        user: Any = request.user
        return [
            Entry(entry.singular, reverse(f"{entry.name}-new"), entry.icon)
            for _area, _group, entry in registry.in_menu()
            if isinstance(entry, Resource) and "add" in entry.verbs and user.access.may(entry.permission("add"))
        ]

    def urls(self, request: HttpRequest) -> dict[str, str]:
        """The addresses of the shell's buttons that a company has."""
        urls = {"home": reverse("home"), "language": reverse("language")}
        if _signed_in(request):
            urls |= {"menu": reverse("menu"), "inbox": reverse("live:inbox"), "bell": reverse("live:bell")}
            urls["search"] = reverse("palette")
        return urls

    def unread(self, request: HttpRequest) -> dict[str, int]:
        """How many notifications the user has not read."""
        return {"inbox": unread_count(request.user)} if _signed_in(request) else {}


def visible_areas(user: Any, *, everything: bool = False) -> list[Area]:
    """The modules that the user may see something of; with `everything`, entries the user has left out as well."""
    choice = MenuChoice.of(user) or MenuChoice(user=user)
    places = {name: place for place, name in enumerate(choice.order)}
    hidden = () if everything else choice.hidden
    modules: dict[str, tuple[Module, dict[str, tuple[Heading, list[Resource | Screen]]]]] = {}
    for module, heading, entry in registry.in_menu():
        if entry.name not in hidden and user.access.may(entry.permission("view")):
            headings = modules.setdefault(module.key, (module, {}))[1]
            headings.setdefault(str(heading.label), (heading, []))[1].append(entry)
    return [
        _area(module, [(heading, _arranged(entries, places)) for heading, entries in headings.values()])
        for module, headings in modules.values()
    ]


def logo_url(settings: CompanySettings) -> str:
    """The address of the company's logo, empty without one."""
    return reverse("logo", kwargs={"name": settings.logo_name}) if settings.logo else ""


def _signed_in(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return bool(getattr(request, "company", None)) and user is not None and user.is_authenticated


def _home_area() -> Area:
    entries = [
        Entry(HOME.label, reverse("home"), HOME.icon, key="home", letter="h"),
        Entry(_("Inbox"), reverse("live:inbox"), icon="bell", letter="i"),
    ]
    return Area(HOME.key, HOME.label, reverse("home"), [Group(_("Workbench"), entries)], HOME.icon)


def _arranged(entries: list[Resource | Screen], places: dict[str, int]) -> list[Resource | Screen]:
    """Entries in the user's order; those the user has not placed keep theirs, behind."""
    return sorted(entries, key=lambda entry: places.get(entry.name, len(places)))


def _area(module: Module, headings: list[tuple[Heading, list[Resource | Screen]]]) -> Area:
    groups = [Group(heading.label, [_entry(entry) for entry in entries]) for heading, entries in headings]
    return Area(module.key, module.label, groups[0].entries[0].url, groups, module.icon)


def _entry(entry: Resource | Screen) -> Entry:
    return Entry(entry.label, entry.url, entry.icon, key=entry.name, letter=entry.letter)


def _licence_notices(company: CompanyInfo, *, administrator: bool) -> list[Notice]:
    licence = company.licence
    if company.access == "read_only":
        return [Notice(_("The licence has expired: everything can be read, nothing can be changed."), "danger")]
    if licence.has_run_out:
        text = _("The licence has expired. From %(day)s on nothing can be changed any more.")
        return [Notice(text % {"day": licence.read_only_from}, "danger")]
    if not administrator or licence.valid_until is None:
        return []
    if licence.valid_until - timezone.localdate() > timedelta(days=NOTICE_DAYS):
        return []
    trial = licence.state == LicenceState.TRIAL
    text = _("The trial ends on %(day)s.") if trial else _("The licence is valid until %(day)s.")
    return [Notice(text % {"day": licence.valid_until}, "warning")]
