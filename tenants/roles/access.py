"""From the roles of a user to the rights they come to."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q

from core.access import Access, FieldRight, Grant, Reach, Scope
from core.db.prepared import Given, Prepared
from tenants.people.models import User
from tenants.people.tree import Tree
from tenants.roles.models import Role

_active_roles = Prepared(
    lambda: Role.objects.filter(users=Given("user"), state=Role.State.ACTIVE).annotate(
        chosen=ArrayAgg("departments", filter=Q(departments__isnull=False), default=[])
    )
)


def access_of(user: User) -> Access:
    """The user's rights as their active roles are now: one query, two where a scope follows the organisation tree."""
    roles: list[Any] = _active_roles(user=user.pk)
    if any(role.is_administrator for role in roles):
        return Access(user.pk, administrator=True)
    tree = Tree.load() if any(role.scope in {Scope.COMPANY, Scope.DEPARTMENT_TREE} for role in roles) else Tree({})
    return Access(user.pk, [_grant(role, role.chosen, user.department_id, tree) for role in roles])


def access_of_role(role: Role, user: User) -> Access:
    """The rights that the role alone would give the user: what its preview shows."""
    if role.is_administrator:
        return Access(user.pk, administrator=True)
    chosen = list(role.departments.values_list("pk", flat=True))
    return Access(user.pk, [_grant(role, chosen, user.department_id, Tree.load())])


def _grant(role: Role, chosen: list[int], department: int | None, tree: Tree) -> Grant:
    return Grant(
        permissions=frozenset(role.permissions),
        reach=_reach(Scope(role.scope), department, frozenset(chosen), tree),
        field_rights={field: FieldRight.named(right) for field, right in role.field_rights.items()},
    )


def _reach(scope: Scope, department: int | None, chosen: frozenset[int], tree: Tree) -> Reach:
    """One's own rows belong to every scope: a record does not vanish from its owner because a department moved."""
    if scope is Scope.ALL:
        return Reach(everything=True)
    if scope is Scope.CUSTOM:
        return Reach(departments=chosen, own=True)
    if scope is Scope.OWN or department is None:
        return Reach(own=True)
    if scope is Scope.DEPARTMENT:
        return Reach(departments=frozenset({department}), own=True)
    root = department if scope is Scope.DEPARTMENT_TREE else tree.company_of(department)
    return Reach(departments=tree.below(root), own=True)
