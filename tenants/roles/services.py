"""What is done to roles: atomic, logged, and acting on the next request of everybody who holds them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.access import FieldRight, Scope
from core.db import current_company
from core.live.sending import close_sockets
from core.records.custom import is_custom
from core.records.history import log
from core.records.services import record_create, record_delete, record_update
from core.resources import registry
from tenants.people.administrators import hold_administrators, keep_an_administrator
from tenants.people.models import User
from tenants.people.services import check_roles
from tenants.roles.models import Role

FIELD_RIGHTS = {right.name.lower() for right in FieldRight if right is not FieldRight.EDIT}
NAMES_SHOWN = 5


@transaction.atomic
def role_create(values: Mapping[str, Any], *, by: User) -> Role:
    """Add a role; it allows nothing until permissions are set.

    Raises:
        ValidationError: at `departments`, when the scope needs some and none is chosen.
    """
    _check_departments(values.get("scope", Scope.OWN), values.get("departments", ()))
    return record_create(Role(), values, by=by)


@transaction.atomic
def role_update(role: Role, values: Mapping[str, Any], *, by: User, version: int | None = None) -> Role:
    """Change a role's name, state or scope.

    Raises:
        ValidationError: the administrators' role would be narrowed; a scope without the departments it needs.
        StaleRecord: the role was changed since `version`.
    """
    held = _held(role)
    _refuse_own(held, by=by)
    values = {**values}
    if held.is_administrator:
        state, scope = values.get("state", held.state), values.get("scope", held.scope)
        if state != Role.State.ACTIVE or scope != Scope.ALL:
            raise ValidationError(
                _("The administrators' role stays active and reaches all data."), code="administrators"
            )
    scope = values.get("scope", held.scope)
    if scope == Scope.CUSTOM:
        _check_departments(scope, values.get("departments", held.departments.all()))
    elif "departments" in values:
        values["departments"] = []  # chosen for a scope that no longer asks for them
    changed = record_update(held, values, by=by, version=version)
    if changed.version != held.version:
        _rights_changed(held.users.all())
    return changed


@transaction.atomic
def role_copy(role: Role, *, name: str, code: str, by: User) -> Role:
    """A new role with the permissions, scope and field rights of another, held by nobody.

    A copy of the administrators' role gets every permission there is by name, and is an ordinary role.

    Raises:
        ValidationError: name or code are taken; permissions that `by` may not give.
    """
    copy = Role(
        name=name,
        code=code,
        description=role.description,
        scope=role.scope,
        permissions=sorted(registry.all_permissions()) if role.is_administrator else role.permissions,
        field_rights=role.field_rights,
    )
    copy.full_clean()
    _refuse_more_than_own(copy.permissions, by=by)
    copy.save()
    copy.departments.set(role.departments.all())
    log("copy", by=by, resource="roles", record=copy, changes={"name": [role.name, copy.name]})
    return copy


@transaction.atomic
def role_set_permissions(role: Role, permissions: Collection[str], *, by: User) -> Role:
    """Give a role exactly these permissions (权限设置); whatever may be done in a screen, it may be seen.

    Raises:
        ValidationError: names that are no permissions; more than `by` has; the administrators' role.
    """
    held = _held(role)
    _refuse_own(held, by=by)
    _refuse_administrators(held)
    unknown = set(permissions) - registry.all_permissions()
    if unknown:
        text = _("There is no permission “%(name)s”.") % {"name": min(unknown)[:80]}
        raise ValidationError(text, code="unknown_permission")
    wanted = set(permissions) | {f"{permission.partition('.')[0]}.view" for permission in permissions}
    had = set(held.permissions)
    _refuse_more_than_own(wanted - had, by=by)
    if wanted == had:
        return held
    held.permissions = sorted(wanted)
    _store(held, "permissions")
    changes = {"permissions": [sorted(had - wanted), sorted(wanted - had)]}
    log("set_permissions", by=by, resource="roles", record=held, changes=changes)
    _rights_changed(held.users.all())
    return held


@transaction.atomic
def role_set_field_rights(role: Role, rights: Mapping[str, str], *, by: User) -> Role:
    """Say what a role's users may do with single fields.

    Args:
        role: the role.
        rights: {`<resource>.<field>`: hidden, masked or read_only}; a field that is not named may be edited.
        by: who says so.

    Raises:
        ValidationError: fields or rights that are not there; the administrators' role.
    """
    held = _held(role)
    _refuse_own(held, by=by)
    _refuse_administrators(held)
    for name, right in rights.items():
        if right not in FIELD_RIGHTS or not _is_field(name):
            text = _("There is no field right “%(right)s” for “%(field)s”.") % {"right": right[:20], "field": name[:80]}
            raise ValidationError(text, code="unknown_field_right")
    rights = {**_of_dormant(held.field_rights), **rights}
    if rights == held.field_rights:
        return held
    before = held.field_rights
    held.field_rights = rights
    _store(held, "field_rights")
    changes = {
        name: [before.get(name, "edit"), rights.get(name, "edit")]
        for name in sorted({*before, *rights})
        if before.get(name) != rights.get(name)
    }
    log("set_field_rights", by=by, resource="roles", record=held, changes=changes)
    _rights_changed(held.users.all())
    return held


@transaction.atomic
def role_assign_users(role: Role, users: Iterable[User], *, by: User) -> Role:
    """Make exactly these the users of a role (分配用户).

    Raises:
        ValidationError: the last administrator would lose the role; roles that `by` may not give or take.
    """
    hold_administrators()
    held = _held(role)
    wanted = {user.pk: user for user in users}
    had = {user.pk: user for user in held.users.all()}
    leaving = [user for pk, user in had.items() if pk not in wanted]
    coming = [user for pk, user in wanted.items() if pk not in had]
    if not leaving and not coming:
        return held
    for user in leaving:
        check_roles(user, {held}, set(), by=by)
    for user in coming:
        check_roles(user, set(), {held}, by=by)
    held.users.set(wanted.values())
    if held.is_administrator and leaving:
        # Each of those who leave could have gone alone; all of them together perhaps not.
        keep_an_administrator(field="users")
    changes = {"users": [sorted(map(str, leaving)), sorted(map(str, coming))]}
    log("assign_users", by=by, resource="roles", record=held, changes=changes)
    _rights_changed([*leaving, *coming])
    return held


@transaction.atomic
def role_delete(role: Role, *, by: User) -> None:
    """Remove a role that nobody holds.

    Raises:
        ValidationError: naming the users who hold it; the administrators' role.
    """
    held = _held(role)
    _refuse_own(held, by=by)
    if held.is_administrator:
        raise ValidationError(_("The administrators' role can't be deleted."), code="administrators")
    holders = list(held.users.filter(deleted_at__isnull=True).order_by("pk"))
    if holders:
        names = "、".join(map(str, holders[:NAMES_SHOWN])) + ("…" if len(holders) > NAMES_SHOWN else "")
        text = ngettext(
            "“%(role)s” can't be deleted: %(count)s user holds it (%(names)s).",
            "“%(role)s” can't be deleted: %(count)s users hold it (%(names)s).",
            len(holders),
        )
        raise ValidationError(text % {"role": held, "count": len(holders), "names": names}, code="in_use")
    record_delete(held, by=by)


def _held(role: Role) -> Role:
    """The role as it is now, locked: who assigns it and who deletes it wait for one another."""
    return Role.objects.select_for_update().get(pk=role.pk)


def _store(role: Role, field: str) -> None:
    role.version += 1
    role.save(update_fields=[field, "version"])


def _rights_changed(users: Iterable[User]) -> None:
    for user in users:
        close_sockets(current_company(), user.pk)


def _check_departments(scope: str, departments: Iterable[Any]) -> None:
    if scope == Scope.CUSTOM and not list(departments):
        text = _("Choose the departments that this role reaches.")
        raise ValidationError({"departments": ValidationError(text, code="required")})


def _refuse_own(role: Role, *, by: User) -> None:
    """Nobody but an administrator changes a role they hold: nobody widens their own rights."""
    if not by.access.administrator and role.users.filter(pk=by.pk).exists():
        raise ValidationError(_("Only an administrator can change a role that they hold."), code="own_role")


def _refuse_administrators(role: Role) -> None:
    if role.is_administrator:
        raise ValidationError(_("The administrators' role is allowed everything."), code="administrators")


def _refuse_more_than_own(permissions: Iterable[str], *, by: User) -> None:
    more = sorted(permission for permission in permissions if not by.access.may(permission))
    if more:
        text = _("You can give only permissions that you have yourself: “%(name)s” is not one of them.")
        raise ValidationError(text % {"name": more[0]}, code="more_than_own")


def _of_dormant(rights: Mapping[str, str]) -> dict[str, str]:
    """The rights on custom fields out of use, which nobody is asked about: they hold once the fields are back."""
    return {name: right for name, right in rights.items() if is_custom(name.partition(".")[2]) and not _is_field(name)}


def _is_field(name: str) -> bool:
    resource, _dot, field = name.partition(".")
    return resource in registry.resources and field in registry.resources[resource].all_columns
