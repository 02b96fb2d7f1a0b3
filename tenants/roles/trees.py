"""The 权限设置 tree: area, group, screen, verbs; and the fields whose rights a role may narrow."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from django_stubs_ext import StrOrPromise

from core.resources import Resource, Screen, registry
from core.resources.permissions import Permission


@dataclass(frozen=True, slots=True)
class Tick:
    """One check box: a permission, whether the role has it, and whether the one who edits may give it."""

    permission: Permission
    ticked: bool
    offered: bool


@dataclass(frozen=True, slots=True)
class ScreenNode:
    """A screen or module with its verbs."""

    entry: Resource | Screen
    ticks: list[Tick]

    @property
    def view(self) -> str:
        """The permission that every other verb of it needs."""
        return self.entry.permission("view")


@dataclass(frozen=True, slots=True)
class Branch:
    """An area or a group of the menu."""

    key: str
    label: StrOrPromise
    groups: list[Branch] = field(default_factory=list)
    screens: list[ScreenNode] = field(default_factory=list)


def permission_tree(granted: Collection[str], *, offered: Collection[str] | None = None) -> list[Branch]:
    """The tree of everything in the menu. `offered` limits what may be ticked anew (None: everything)."""
    areas: dict[str, Branch] = {}
    for area, group, entry in registry.in_menu():
        if not entry.permissions:
            continue  # a second way to a screen that has its place elsewhere
        branch = areas.setdefault(area.key, Branch(area.key, area.label))
        label = str(group.label)
        heading = next((one for one in branch.groups if str(one.label) == label), None)
        if heading is None:
            heading = Branch(f"{area.key}-{len(branch.groups)}", group.label)
            branch.groups.append(heading)
        ticks = [
            Tick(one, one.name in granted, offered is None or one.name in offered or one.name in granted)
            for one in entry.permissions
        ]
        heading.screens.append(ScreenNode(entry, ticks))
    return list(areas.values())


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A field of a module, with the right the role gives on it (`edit` unless narrowed)."""

    name: str
    label: StrOrPromise
    right: str


def field_rows(rights: Mapping[str, str]) -> Iterator[tuple[Resource, list[FieldRow]]]:
    """Every module in the menu with its fields."""
    for _area, _group, entry in registry.in_menu():
        if isinstance(entry, Resource):
            rows = [
                FieldRow(f"{entry.name}.{name}", column.label, rights.get(f"{entry.name}.{name}", "edit"))
                for name, column in entry.all_columns.items()
            ]
            yield entry, rows
