"""The records that hang on another one, as a panel of its page shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.http import urlencode

from core.access import Actor, guarded
from core.pages.table import phone_places
from core.resources import Resource
from core.resources.columns import Cell, cell


@dataclass(frozen=True, slots=True)
class RelatedRow:
    """One of the rows that hang on a record: its cells with their places on a phone's card."""

    record: Any
    url: str
    cells: Sequence[tuple[Cell, str]]


class Related:
    """The newest rows of another resource that hang on a record, as a panel of its page shows them."""

    SHOWN = 20
    COLUMNS = 6

    def __init__(self, resource: Resource, user: Actor, rows: Any, field_name: str, record: Any) -> None:
        self.resource = resource
        self.columns = [column for column in resource.columns_for(user) if column.name != field_name][: self.COLUMNS]
        self.may_add = (
            "add" in resource.all_verbs
            and user.access.may(resource.permission("add"))
            and (field_name != resource.parent or _is_open(user, record))
        )
        rights = [
            (column, resource.right(user, column.name), place) for column, place in phone_places(resource, self.columns)
        ]
        self.rows = [
            RelatedRow(
                found,
                resource.record_url(found),
                [(cell(column, found, right), place) for column, right, place in rights],
            )
            for found in resource.fetch(
                list(rows.order_by(*resource.order).values_list("pk", flat=True)[: self.SHOWN]), self.columns
            )
        ]
        filtered = len(self.rows) == self.SHOWN and any(
            known.name == field_name for known in resource.filters_for(user)
        )
        self.all_url = f"{resource.url}?{urlencode({field_name: record.pk})}" if filtered else ""


def _is_open(user: Actor, record: Any) -> bool:
    """Whether the user may add rows below the record, as far as that depends on the record."""
    if user.access.reach(f"{guarded(type(record)).name}.view").everything:
        return True  # seen anyhow, without asking who shares it
    return bool(type(record).objects.open_to(user).filter(pk=record.pk).exists())
