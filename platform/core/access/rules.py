"""How rows belong to people: what a model says of itself so that a scope can be applied to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from django.db.models import Q

from core.access.scopes import Reach


class Rule(Protocol):
    """Turns a reach into a condition on rows."""

    def within(self, reach: Reach, user_id: int) -> Q | None:
        """The condition that rows inside the reach fulfil; None when every row does."""


@dataclass(frozen=True, slots=True)
class Owned:
    """Rows with an owner and a department; either may be absent (None)."""

    owner: str | None = "owner"
    department: str | None = "department"

    def within(self, reach: Reach, user_id: int) -> Q | None:
        """Own rows and rows of the departments reached."""
        if reach.everything:
            return None
        condition = Q(pk__in=[])
        if reach.own and self.owner:
            condition |= Q(**{self.owner: user_id})
        if reach.departments and self.department:
            condition |= Q(**{f"{self.department}__in": reach.departments})
        return condition


@dataclass(frozen=True, slots=True)
class CompanyWide:
    """Rows without an owner (roles, option lists): whoever has the permission reaches all of them."""

    def within(self, reach: Reach, user_id: int) -> Q | None:
        """No condition: the permission alone decides."""
        return None


@dataclass(frozen=True, slots=True)
class Personal:
    """Rows that are their owner's alone, whatever the scope (own exports, own notifications)."""

    owner: str = "owner"

    def within(self, reach: Reach, user_id: int) -> Q | None:
        """Own rows only."""
        return Q(**{self.owner: user_id})
