"""What one user may do: the sum of the roles, asked by every page, API call, export and socket."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

from core.access.scopes import Reach


class FieldRight(IntEnum):
    """What a role lets its users do with a field; the greater of several roles' rights counts."""

    HIDDEN = 0
    MASKED = 1
    READ_ONLY = 2
    EDIT = 3

    @classmethod
    def named(cls, name: str) -> FieldRight:
        """The right stored in a role as `hidden`, `masked`, `read_only` or `edit`."""
        return cls[name.upper()]


@dataclass(frozen=True, slots=True)
class Grant:
    """One role of the user: its permissions, where they reach, and the rights on single fields.

    `field_rights` is keyed `<resource>.<field>`; a field not named there may be edited.
    """

    permissions: frozenset[str]
    reach: Reach
    field_rights: Mapping[str, FieldRight] = field(default_factory=dict)


class Access:
    """The rights of one user, loaded once a request from the roles."""

    def __init__(self, user_id: int, grants: Iterable[Grant] = (), *, administrator: bool = False) -> None:
        self.user_id = user_id
        self.administrator = administrator
        self._grants = tuple(grants)
        self._field_rights: dict[tuple[str, str], FieldRight] = {}

    def may(self, permission: str) -> bool:
        """Whether any role grants the permission, e.g. `users.change`."""
        return self.administrator or any(permission in grant.permissions for grant in self._grants)

    def reach(self, permission: str) -> Reach:
        """The rows the permission covers; each role keeps its own scope, equal permissions add theirs."""
        if self.administrator:
            return Reach(everything=True)
        reach = Reach()
        for grant in self._grants:
            if permission in grant.permissions:
                reach |= grant.reach
        return reach

    def field_right(self, resource: str, field_name: str) -> FieldRight:
        """The greatest right on the field among the roles that show the resource."""
        if self.administrator:
            return FieldRight.EDIT
        known = self._field_rights.get((resource, field_name))
        if known is None:
            rights = [
                grant.field_rights.get(f"{resource}.{field_name}", FieldRight.EDIT)
                for grant in self._grants
                if f"{resource}.view" in grant.permissions
            ]
            known = self._field_rights[resource, field_name] = max(rights, default=FieldRight.HIDDEN)
        return known

    @property
    def permissions(self) -> frozenset[str]:
        """All permissions named by the roles; says nothing of an administrator, who needs none."""
        return frozenset().union(*(grant.permissions for grant in self._grants))


class Actor(Protocol):
    """Who acts: a user of the company."""

    @property
    def pk(self) -> int: ...

    @property
    def access(self) -> Access: ...
