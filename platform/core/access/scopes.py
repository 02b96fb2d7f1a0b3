"""How far a role reaches: the data scopes (数据权限) and what they come to for one user."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Scope(TextChoices):
    """The six data scopes a role may have."""

    ALL = "all", _("All")
    COMPANY = "company", _("Own company")
    DEPARTMENT_TREE = "department_tree", _("Own department and below")
    DEPARTMENT = "department", _("Own department")
    OWN = "own", _("Own records only")
    CUSTOM = "custom", _("Chosen departments")


@dataclass(frozen=True, slots=True)
class Reach:
    """The rows a permission covers: all of them, those of some departments, one's own.

    `departments` holds department ids. A reach of nothing is `Reach()`.
    """

    everything: bool = False
    departments: frozenset[int] = frozenset()
    own: bool = False

    @property
    def nothing(self) -> bool:
        """Whether no row at all is covered."""
        return not (self.everything or self.own or self.departments)

    def __or__(self, other: Reach) -> Reach:
        """Both reaches added: roles granting the same permission add their scopes."""
        return Reach(
            everything=self.everything or other.everything,
            departments=self.departments | other.departments,
            own=self.own or other.own,
        )
