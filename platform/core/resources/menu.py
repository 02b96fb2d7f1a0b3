"""Where a screen stands: an area along the top, a group at the left."""

from __future__ import annotations

from dataclasses import dataclass

from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Area:
    """A module of the product (客户管理, 系统设置), as in the bar along the top."""

    key: str
    label: StrOrPromise
    icon: str
    order: int

    def __truediv__(self, label: StrOrPromise) -> Group:
        """A group of this area's menu: `SYSTEM / _("Organisation")`."""
        return Group(self, label)


@dataclass(frozen=True, slots=True)
class Group:
    """A heading of the left menu (组织架构)."""

    area: Area
    label: StrOrPromise
