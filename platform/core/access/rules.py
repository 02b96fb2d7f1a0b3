"""How rows belong to people: what a model says of itself so that a scope can be applied to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from django.db.models import Q

from core.access.scopes import Reach


class Rule(Protocol):
    """Turns a reach into conditions on rows."""

    def within(self, reach: Reach, user_id: int) -> Sequence[Q] | None:
        """The conditions of which a row inside the reach fulfils at least one; None when every row is inside."""


@dataclass(frozen=True, slots=True)
class Owned:
    """Rows with an owner and a department; either may be absent (None)."""

    owner: str | None = "owner"
    department: str | None = "department"

    def within(self, reach: Reach, user_id: int) -> Sequence[Q] | None:
        """Own rows and rows of the departments reached."""
        if reach.everything:
            return None
        conditions = []
        if reach.own and self.owner:
            conditions.append(Q(**{self.owner: user_id}))
        if reach.departments and self.department:
            conditions.append(Q(**{f"{self.department}__in": reach.departments}))
        return conditions


@dataclass(frozen=True, slots=True)
class CompanyWide:
    """Rows without an owner (roles, option lists): whoever has the permission reaches all of them."""

    def within(self, reach: Reach, user_id: int) -> Sequence[Q] | None:
        """No condition: the permission alone decides."""
        return None


@dataclass(frozen=True, slots=True)
class Personal:
    """Rows that are their owner's alone, whatever the scope (own exports, own notifications)."""

    owner: str = "owner"

    def within(self, reach: Reach, user_id: int) -> Sequence[Q] | None:
        """Own rows only."""
        return [Q(**{self.owner: user_id})]
