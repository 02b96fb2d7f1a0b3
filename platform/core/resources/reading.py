"""Going through the rows of a list: counted as far as anybody wants to know, read a page at a time, in any order.

A user comes to rows by several ways (see `ways_visible_to`). Each way is asked alone, with a limit, so that PostgreSQL
can take the index that serves it and stop; what they give is joined by its few keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Case, Count, F, Model, QuerySet, When
from django.db.models.expressions import OrderBy

from core.db.prepared import Among

Order = Sequence[OrderBy | str]


@dataclass(frozen=True, slots=True)
class Reading:
    """Rows of a model by each of several ways, in an order; a row may come by more than one.

    `empty_last` names the column that the order begins with, if it may be empty: rows where it is come after all
    others, whichever way the order goes. `found` are further rows, way by way: the keys of all, in the order.
    """

    model: type[Model]
    ways: Sequence[QuerySet[Any]]
    order: Order = ()
    empty_last: str = ""
    found: Sequence[list[Any]] = ()

    def count(self, most: int) -> int:
        """How many rows the ways lead to; `most` where there are as many or more."""
        return _count(self.ways, most)

    def counted(self, most: int) -> tuple[int, Reading]:
        """How many rows there are, as above; and the same rows, ways of fewer than `most` already found.

        The rows of these are looked for once, and put in order where they are found: otherwise PostgreSQL may go
        through the whole table in that order, trusting that some will soon turn up.
        """
        found, rest = [], list(self.ways)
        order = [_term(each) for each in self.order]
        if self.empty_last:
            order[0] = OrderBy(order[0].expression, descending=order[0].descending, nulls_last=True)
        few = Case(When(count__lt=most, then=ArrayAgg("pk", order_by=order)))
        while rest:
            told = rest[0].order_by()[:most].aggregate(count=Count("pk"), keys=few)
            if told["count"] == most:  # it is all the same how many come by further ways
                break
            del rest[0]
            if told["keys"]:
                found.append(told["keys"])
        total = most if rest else min(most, len({key for keys in found for key in keys}))
        return total, replace(self, ways=rest, found=found)

    def some(self, most: int) -> list[Any]:
        """The keys of so many rows, in no order: no further way is asked where the first lead to enough."""
        keys: dict[Any, None] = {}
        for way in self.ways:
            keys |= dict.fromkeys(way.order_by().values_list("pk", flat=True)[:most])
            if len(keys) >= most:
                break
        return list(keys)[:most]

    def keys(self, start: int, stop: int) -> list[Any]:
        """The keys of the rows from `start` to `stop`."""
        if not self.ways and len(self.found) < 2:
            return [key for keys in self.found for key in keys[start:stop]]
        terms = [_term(each) for each in self.order]
        if not self.empty_last:
            return _keys(self._parts(stop), terms, start, stop)
        # Asked for apart, so that one index serves both ways.
        filled, empty = (
            [part.filter(**{f"{self.empty_last}__isnull": emptiness}) for part in self._parts(stop)]
            for emptiness in (False, True)
        )
        keys = _keys(filled, terms, start, stop)
        if len(keys) == stop - start:
            return keys
        before = start + len(keys) if keys else _count(filled, start)
        return keys + _keys(empty, terms[1:], start + len(keys) - before, stop - before)

    def _parts(self, stop: int) -> list[QuerySet[Any]]:
        """The rows as far as a page up to `stop` may want them."""
        first = {key for keys in self.found for key in keys[:stop]}
        return [*self.ways, *([self.model._base_manager.filter(Among("pk", list(first)))] if first else [])]


def _count(parts: Sequence[QuerySet[Any]], most: int) -> int:
    if len(parts) < 2:
        return sum(part.order_by()[:most].count() for part in parts)
    first, *rest = (part.order_by().values("pk")[:most] for part in parts)
    return min(most, first.union(*rest).count())


def _keys(parts: Sequence[QuerySet[Any]], terms: Sequence[OrderBy], start: int, stop: int) -> list[Any]:
    if len(parts) == 1:
        return read(parts[0].order_by(*terms).values_list("pk"), start, stop)
    names = {f"order_{place}": term.expression for place, term in enumerate(terms)}
    first, *rest = (part.order_by(*terms).annotate(**names).values_list("pk", *names)[:stop] for part in parts)
    order = [OrderBy(F(name), descending=term.descending) for name, term in zip(names, terms, strict=True)]
    return read(first.union(*rest).order_by(*order), start, stop)


def read(rows: QuerySet[Any], start: int, stop: int) -> list[Any]:
    """What stands first in some of the rows: their keys."""
    return [key for key, *_rest in rows[start:stop]]


def _term(term: OrderBy | str) -> OrderBy:
    if isinstance(term, OrderBy):
        return term
    return OrderBy(F(term.removeprefix("-")), descending=term.startswith("-"))
