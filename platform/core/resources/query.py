"""A list as its URL describes it: filters, search, sort, page. The same for page, API, export and bulk actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.http import QueryDict
from django.utils.translation import gettext as _

from core.access import Actor
from core.records.custom import is_custom
from core.resources.columns import Column, exists
from core.resources.filters import BadFilter, Filter
from core.resources.reading import Reading
from core.resources.searching import cleaned, matching, searched
from core.resources.views import Flag

if TYPE_CHECKING:
    from core.resources.resource import Resource

PAGE_SIZES = (10, 20, 50, 100)
PAGE_SIZE = 20
EXACT_TOTAL = 10_000  # beyond this the total is shown as 10,000+
DEEPEST_ROW = 1_000_000


@dataclass(frozen=True, slots=True)
class Problem:
    """A part of the URL that could not be understood and is left out of the list."""

    parameter: str
    message: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """A filter in force, with its values as they stand in the URL."""

    filter: Filter | Flag
    values: tuple[str, ...]


@dataclass
class ListQuery:
    """What a URL asks of a resource's list, on the rows that `user` may see.

    `usual_size` is that of a page where the URL asks for none. `problems` names what was not understood; a page shows
    them, the API refuses the request.
    """

    resource: Resource
    user: Actor
    params: Mapping[str, Any]
    action: str = "view"
    usual_size: int = PAGE_SIZE
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chosen = self._read_filters()
        self.term = cleaned(self._one("q"))
        self.sort, self.descending = self._read_sort()
        self.size = self._read_number("size", self.usual_size, PAGE_SIZES)
        self.number = self._read_number("page", 1)

    @cached_property
    def rows(self) -> QuerySet[Any]:
        """The rows that match, in order; the primary key decides between equals."""
        return self.resource.rows(self.user, self.action).filter(self._asked).order_by(*self._order(self._may_be_empty))

    def count(self, most: int) -> int:
        """How many rows match; `most` where there are as many or more."""
        return self._reading.count(most)

    @cached_property
    def _asked(self) -> Q:
        """What filters and search ask of a row."""
        asked = Q()
        for chosen in self.chosen:
            try:
                asked &= chosen.filter.condition(chosen.values, self.user)
            except BadFilter as error:
                self.problems.append(Problem(chosen.filter.name, str(error)))
        if self.term:
            asked &= matching(self.resource.model, searched(self.resource, self.user), self.term)
        return asked

    @property
    def _reading(self) -> Reading:
        ways = [way.filter(self._asked) for way in self.resource.ways(self.user, self.action)]
        return Reading(self.resource.model, ways, self._order(), self._may_be_empty)

    @property
    def is_sized(self) -> bool:
        """Whether the URL says how many rows a page holds."""
        return self._one("size") == str(self.size)

    def page(self, columns: Sequence[Column] | None = None) -> Page:
        """One page of the rows, with everything that the columns need, and the total as far as it is counted.

        `columns` are those that are shown, if they are fewer than all.
        """
        reading = self._reading
        if self._asked or len(reading.ways) > 1:
            total, reading = reading.counted(EXACT_TOTAL + 1)
        else:
            total = reading.count(EXACT_TOTAL + 1)
        last_page = max(1, -(-total // self.size))
        number = self.number if total > EXACT_TOTAL else min(self.number, last_page)
        start = (number - 1) * self.size
        if start >= DEEPEST_ROW:
            self.problems.append(Problem("page", _("There is no such page.")))
            number, start = 1, 0
        stop = start + self.size if total > EXACT_TOTAL else min(start + self.size, total)
        keys = reading.keys(start, stop)
        records = self.resource.fetch(keys, list(self.resource.all_columns.values()) if columns is None else columns)
        return Page(records, number, self.size, min(total, EXACT_TOTAL), total > EXACT_TOTAL)

    @cached_property
    def sortable(self) -> dict[str, str]:
        """{column: what the database sorts by}, for the columns by which this user may sort."""
        return self.resource.sortable(self.user)

    def _read_filters(self) -> list[Chosen]:
        found = []
        for filter_ in self.resource.filters_for(self.user):
            values = tuple(value for value in self._many(filter_.name) if value != "")
            if values:
                found.append(Chosen(filter_, values))
        for name in self.params.keys() - {chosen.filter.name for chosen in found}:
            if is_custom(name) and any(self._many(name)):
                # Left out in silence, a view would show what it was made to leave out.
                self.problems.append(Problem(name, _("A field that the list is narrowed by is there no longer.")))
        return found

    def _read_sort(self) -> tuple[str, bool]:
        given = self._one("sort")
        if not given:
            return "", False
        name, descending = given.removeprefix("-"), given.startswith("-")
        if name not in self.sortable:
            self.problems.append(Problem("sort", _("The list can't be sorted by “%(name)s”.") % {"name": name[:40]}))
            return "", False
        return name, descending

    def _read_number(self, name: str, default: int, among: Sequence[int] = ()) -> int:
        given = self._one(name)
        if not given:
            return default
        if (
            given.isascii()
            and given.isdigit()
            and len(given) < 8
            and int(given) >= 1
            and (not among or int(given) in among)
        ):
            return int(given)
        self.problems.append(
            Problem(name, _("“%(value)s” is no number for “%(name)s”.") % {"value": given[:20], "name": name})
        )
        return default

    @property
    def _may_be_empty(self) -> str:
        """The column that the rows are sorted by, if it may be empty; they come last then, whichever way it goes."""
        path = self.sortable[self.sort] if self.sort else ""
        if is_custom(self.sort):
            return path
        field = self.resource.model._meta.get_field(path) if path and exists(self.resource.model, path) else None
        return path if getattr(field, "null", False) else ""

    def _order(self, empty_last: str = "") -> list[OrderBy | str]:
        if not self.sort:
            return (
                [*self.resource.order, "-pk"]
                if "pk" not in self.resource.order and "-pk" not in self.resource.order
                else list(self.resource.order)
            )
        expression = F(self.sortable[self.sort])
        nulls_last = True if empty_last else None
        first = expression.desc(nulls_last=nulls_last) if self.descending else expression.asc(nulls_last=nulls_last)
        return [first, "-pk" if self.descending else "pk"]  # an index can be read from either end

    def _many(self, name: str) -> list[str]:
        if isinstance(self.params, QueryDict):
            return [value.replace("\x00", "") for value in self.params.getlist(name)]
        value = self.params.get(name)
        return (
            [str(item) for item in value] if isinstance(value, list | tuple) else [] if value is None else [str(value)]
        )

    def _one(self, name: str) -> str:
        return (self._many(name) or [""])[-1]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list: `total` is exact unless `more`, then there are more than that."""

    records: list[Any]
    number: int
    size: int
    total: int
    more: bool

    @property
    def first(self) -> int:
        """The number of the first row shown, from 1; 0 on an empty page."""
        return (self.number - 1) * self.size + 1 if self.records else 0

    @property
    def last(self) -> int:
        """The number of the last row shown."""
        return (self.number - 1) * self.size + len(self.records)

    @property
    def pages(self) -> int:
        """How many pages the counted rows fill, at least 1."""
        return max(1, -(-self.total // self.size))

    @property
    def has_next(self) -> bool:
        """Whether a further page has rows."""
        return self.last < self.total or (self.more and len(self.records) == self.size)
