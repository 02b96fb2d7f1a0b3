"""Controls that know the organisation."""

from __future__ import annotations

from typing import Any

from core.shell.forms import CheckList
from tenants.people.models import Department


class UnitTree(CheckList):
    """Several units of the organisation, ticked in its tree; a unit does not stand for those below it."""

    template_name = "people/unit_tree.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Adds the tree: each unit with its check box and the units below it."""
        context = super().get_context(name, value, attrs)
        ticked = {str(one) for one in value or ()}
        nodes: dict[int, dict[str, Any]] = {}
        units = list(Department.objects.in_order())
        for unit in units:
            nodes[unit.pk] = {"unit": unit, "ticked": str(unit.pk) in ticked, "below": []}
        top: list[dict[str, Any]] = []
        for unit in units:
            parent = nodes.get(unit.parent_id or 0)
            (parent["below"] if parent else top).append(nodes[unit.pk])
        context["widget"]["top"] = top
        return context
