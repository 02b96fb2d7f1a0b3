"""The roles a new company starts with; it changes them as it likes afterwards."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from core.access import Scope
from core.resources import registry
from tenants.areas import SYSTEM
from tenants.roles.models import Role

ADMINISTRATOR_CODE = "administrator"


def starter_roles() -> list[Role]:
    """Unsaved roles, named in the active language: administrators, department heads, sales, personnel."""
    return [
        Role(
            name=_("System administrator"),
            code=ADMINISTRATOR_CODE,
            description=_("May do everything, in all data"),
            scope=Scope.ALL,
            is_administrator=True,
        ),
        Role(
            name=_("Department manager"),
            code="manager",
            description=_("All business of the own department and those below it"),
            scope=Scope.DEPARTMENT_TREE,
            permissions=sorted({*_business(), "users.view", "departments.view"}),
        ),
        Role(
            name=_("Sales representative"),
            code="sales",
            description=_("The own customers and everything that belongs to them"),
            scope=Scope.OWN,
            permissions=sorted(_business(without={"purge", "import"})),
        ),
        Role(
            name=_("Personnel"),
            code="personnel",
            description=_("The company's users and its organisation"),
            scope=Scope.COMPANY,
            permissions=sorted(_all_of("users", "departments") - {"users.switch", "users.purge"}),
        ),
    ]


def _business(*, without: Iterable[str] = ()) -> set[str]:
    """The permissions of everything in the menu that is no system setting."""
    left_out = frozenset(without)
    return {
        permission.name
        for area, _group, entry in registry.in_menu()
        if area != SYSTEM
        for permission in entry.permissions
        if permission.name.partition(".")[2] not in left_out
    }


def _all_of(*names: str) -> set[str]:
    return {permission.name for name in names for permission in registry.resources[name].permissions}
