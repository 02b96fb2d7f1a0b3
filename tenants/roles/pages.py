"""What roles have beside the generic pages: 权限设置, field rights, 分配用户, and what a role allows."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from core.access import Access, FieldRight
from core.db.keys import keys_in
from core.pages.serving import BOTH, DIALOGS, READ, found, go, opened_over, page, part_asked
from core.resources import Resource, Screen, registry
from core.resources.reading import Reading
from core.shell.navigation import Entry
from tenants.people.models import Department, User
from tenants.roles.access import access_of_role
from tenants.roles.models import Role
from tenants.roles.services import role_assign_users, role_set_field_rights, role_set_permissions
from tenants.roles.trees import field_rows, permission_tree

RIGHTS = (
    ("edit", gettext_lazy("Editable")),
    ("read_only", gettext_lazy("Read-only")),
    ("masked", gettext_lazy("Masked")),
    ("hidden", gettext_lazy("Hidden")),
)
COUNTED = 10_000  # rows of a module are counted up to here in a preview


@page("permissions", BOTH)
def permissions(request: HttpRequest, resource: Resource, pk: int) -> HttpResponse:
    """权限设置: the tree of areas, screens and verbs, with boxes to tick."""
    user = _user(request)
    role: Role = found(resource, cast(Any, user), pk, "permissions")
    error = ""
    granted = set(role.permissions)
    if request.method == "POST":
        granted = set(request.POST.getlist("permission"))
        try:
            role_set_permissions(role, granted, by=user)
        except ValidationError as refusal:
            error = " ".join(refusal.messages)
        else:
            messages.success(request, _("The permissions were assigned."))
            return _stored(request, resource)
    offered = None if user.access.administrator else user.access.permissions
    tree = permission_tree(granted, offered=offered)
    return _page(request, resource, role, "permissions", {"tree": tree, "error": error})


@page("permissions", BOTH)
def fields(request: HttpRequest, resource: Resource, pk: int) -> HttpResponse:
    """Field rights: what may be edited, only read, seen masked, or not seen at all."""
    user = _user(request)
    role: Role = found(resource, cast(Any, user), pk, "permissions")
    error = ""
    rights = dict(role.field_rights)
    if request.method == "POST":
        rights = {name: right for name, right in request.POST.items() if "." in name and right != "edit"}
        try:
            role_set_field_rights(role, rights, by=user)
        except ValidationError as refusal:
            error = " ".join(refusal.messages)
        else:
            messages.success(request, _("The field rights were stored."))
            return _stored(request, resource)
    context = {"modules": list(field_rows(rights)), "rights": RIGHTS, "error": error}
    return _page(request, resource, role, "fields", context)


@page("assign", BOTH)
def assign(request: HttpRequest, resource: Resource, pk: int) -> HttpResponse:
    """分配用户: the company's users by department, with boxes to tick."""
    user = _user(request)
    role: Role = found(resource, cast(Any, user), pk, "assign")
    people = User.objects.get_queryset().live().select_related("department").order_by("department__order", "pk")
    error = ""
    chosen = set(role.users.values_list("pk", flat=True))
    if request.method == "POST":
        chosen = given = set(keys_in(request.POST.getlist("user")))
        try:
            role_assign_users(role, people.filter(pk__in=given), by=user)
        except ValidationError as refusal:
            error = " ".join(refusal.messages)
        else:
            messages.success(request, _("The users of the role were stored."))
            return _stored(request, resource)
    context = {"departments": _by_department(list(people), chosen), "chosen": len(chosen), "error": error}
    return _page(request, resource, role, "assign", context)


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the role lets its user do in one screen, and on how many rows (None: a screen without rows)."""

    entry: Resource | Screen
    verbs: list[str]
    narrowed: list[str]
    rows: int | None


@page("view", READ)
def preview(request: HttpRequest, resource: Resource, pk: int) -> HttpResponse:
    """What the role alone allows, seen as one of its users would: menu, verbs, rows, narrowed fields."""
    user = _user(request)
    role: Role = found(resource, cast(Any, user), pk)
    holders = list(role.users.filter(deleted_at__isnull=True).select_related("department").order_by("pk"))
    asked = request.GET.get("as", "")
    person = next((one for one in holders if str(one.pk) == asked), holders[0] if holders else user)
    access = access_of_role(role, person)
    stand_in = _StandIn(person.pk, access)
    areas: dict[str, tuple[Any, list[Allowed]]] = {}
    for area, _group, entry in registry.in_menu():
        if access.may(entry.permission("view")):
            areas.setdefault(area.key, (area, []))[1].append(_allowed(entry, stand_in))
    context = {"areas": list(areas.values()), "holders": holders, "person": person}
    return _page(request, resource, role, "preview", context)


@dataclass(frozen=True, slots=True)
class _StandIn:
    """A user with the rights of one role only."""

    pk: int
    access: Access


def _allowed(entry: Resource | Screen, user: _StandIn) -> Allowed:
    verbs = [str(label) for verb, label in entry.all_verbs.items() if user.access.may(entry.permission(verb))]
    if not isinstance(entry, Resource):
        return Allowed(entry, verbs, [], None)
    narrowed = [
        f"{column.label} ({dict(RIGHTS)[right.name.lower()]})"
        for name, column in entry.all_columns.items()
        if (right := user.access.field_right(entry.name, name)) is not FieldRight.EDIT
    ]
    rows = Reading(entry.model, entry.ways(cast(Any, user))).count(COUNTED + 1)
    return Allowed(entry, verbs, narrowed, rows)


def _by_department(people: list[User], chosen: set[int]) -> list[tuple[Department | None, list[tuple[User, bool]]]]:
    """Users under their departments, those without one last."""
    groups: dict[int, tuple[Department | None, list[tuple[User, bool]]]] = {}
    for person in people:
        groups.setdefault(person.department_id or 0, (person.department, []))[1].append((person, person.pk in chosen))
    return [*(group for pk, group in groups.items() if pk), *([groups[0]] if 0 in groups else [])]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of a role. `dialog` names the dialog that it opens in; sheets of one dialog are its tabs."""

    name: str
    label: StrOrPromise
    verb: str
    dialog: str

    @property
    def size(self) -> str:
        """How wide the dialog is."""
        return "xl" if self.dialog == "permissions" else "lg"

    @property
    def template(self) -> str:
        """What the sheet holds."""
        return f"roles/parts/{self.name}.html"


SHEETS = (
    Sheet("permissions", gettext_lazy("Permission settings"), "permissions", "permissions"),
    Sheet("fields", gettext_lazy("Field rights"), "permissions", "permissions"),
    Sheet("assign", gettext_lazy("Assign users"), "assign", "assign"),
    Sheet("preview", gettext_lazy("What it allows"), "view", "permissions"),
)


def _page(request: HttpRequest, resource: Resource, role: Role, name: str, context: dict[str, Any]) -> HttpResponse:
    """A sheet in its dialog, over the list or the record; as a page of its own where it is opened directly."""
    user = _user(request)
    part = part_asked(request, *DIALOGS)
    sheet = next(one for one in SHEETS if one.name == name)
    tabs = [
        Entry(one.label, reverse(f"roles-{one.name}", args=[role.pk]), active=one is sheet)
        for one in SHEETS
        if user.access.may(resource.permission(one.verb)) and (not part or one.dialog == sheet.dialog)
    ]
    known = {
        "resource": resource,
        "role": role,
        "sheet": sheet,
        "title": f"{sheet.label} · {role}",
        "tabs": tabs,
        "url": reverse(f"roles-{name}", args=[role.pk]),
        "part": part,
        "saves": name != "preview" and not (role.is_administrator and sheet.verb == "permissions"),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if context.get("error") else HTTPStatus.OK
    return render(request, f"roles/{'dialog' if part else 'page'}.html", {**known, **context}, status=status)


def _stored(request: HttpRequest, resource: Resource) -> HttpResponse:
    """Back to what the dialog was opened over; the page stays where it is."""
    here = request.get_full_path()
    return go(request, opened_over(request, resource.url) if part_asked(request, *DIALOGS) else here)


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)
