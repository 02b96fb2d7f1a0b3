"""Going through the rows of a list: counted as far as anybody wants to know, read a page at a time, in any order.

A user comes to rows by several ways (see `ways_visible_to`). Each way is asked alone, with a limit, so that PostgreSQL
can take the index that serves it and stop; what they give is joined by its few keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.expressions import OrderBy

Order = Sequence[OrderBy | str]


@dataclass(frozen=True, slots=True)
class Reading:
    """Rows of one model by each of several ways; a row may come by more than one."""

    ways: Sequence[QuerySet[Any]]

    def count(self, most: int) -> int:
        """How many rows there are; `most` where there are as many or more."""
        if len(self.ways) < 2:
            return sum(way.order_by()[:most].count() for way in self.ways)
        return min(most, self._joined(most).count())

    def few(self, most: int) -> Reading:
        """The same rows, of which there are no more than `most`: found first and put in order then.

        Otherwise PostgreSQL may go through the whole table in that order, trusting that some will soon turn up.
        """
        return Reading([self._base.filter(pk__in=self._joined(most))])

    def keys(self, order: Order, start: int, stop: int, *, empty_last: str = "") -> list[Any]:
        """The keys of the rows from `start` to `stop` in this order.

        `empty_last` names the column that the order begins with, if it may be empty: rows where it is come after all
        others, whichever way the order goes. They are asked for apart, so that one index serves both ways.
        """
        if not self.ways:
            return []
        if not empty_last:
            return self._keys(order, start, stop)
        filled, empty = (self._where(Q(**{f"{empty_last}__isnull": emptiness})) for emptiness in (False, True))
        keys = filled._keys(order, start, stop)
        if len(keys) == stop - start:
            return keys
        before = start + len(keys) if keys else filled.count(start)
        return keys + empty._keys(order[1:], start + len(keys) - before, stop - before)

    def _keys(self, order: Order, start: int, stop: int) -> list[Any]:
        rows = self.ways[0] if len(self.ways) == 1 else self._base.filter(pk__in=self._joined(stop, order))
        return read(rows.order_by(*order), start, stop)

    def _joined(self, most: int, order: Order = ()) -> QuerySet[Any]:
        """The keys of the first rows of each way."""
        first, *rest = (way.order_by(*order).values("pk")[:most] for way in self.ways)
        return first.union(*rest) if rest else first

    def _where(self, condition: Q) -> Reading:
        return Reading([way.filter(condition) for way in self.ways])

    @property
    def _base(self) -> QuerySet[Any]:
        base: QuerySet[Any] = self.ways[0].model._base_manager.all()
        return base


def read(rows: QuerySet[Any], start: int, stop: int) -> list[Any]:
    """The keys of some of the rows."""
    return list(rows.values_list("pk", flat=True)[start:stop])
