"""The organisation tree in memory: a few hundred units at most, one query."""

from __future__ import annotations

from dataclasses import dataclass

from tenants.people.models import Department


@dataclass(frozen=True, slots=True)
class Tree:
    """The units as {id: (parent id, kind)}."""

    nodes: dict[int, tuple[int | None, str]]

    @classmethod
    def load(cls) -> Tree:
        """The tree as it is now; one query."""
        return cls(
            {pk: (parent, kind) for pk, parent, kind in Department.objects.values_list("pk", "parent_id", "kind")}
        )

    def company_of(self, unit: int) -> int:
        """The nearest company (公司) at or above the unit; the topmost unit where there is none."""
        while True:
            parent, kind = self.nodes[unit]
            if kind == Department.Kind.COMPANY or parent is None:
                return unit
            unit = parent

    def above(self, unit: int) -> frozenset[int]:
        """The ids of the unit and of everything above it."""
        found: set[int] = set()
        at: int | None = unit
        while at is not None and at not in found:
            found.add(at)
            at = self.nodes[at][0]
        return frozenset(found)

    def below(self, root: int) -> frozenset[int]:
        """The ids of the unit and of everything below it."""
        children: dict[int | None, list[int]] = {}
        for pk, (parent, _kind) in self.nodes.items():
            children.setdefault(parent, []).append(pk)
        found: set[int] = set()
        waiting = [root]
        while waiting:
            unit = waiting.pop()
            if unit not in found:
                found.add(unit)
                waiting.extend(children.get(unit, ()))
        return frozenset(found)
