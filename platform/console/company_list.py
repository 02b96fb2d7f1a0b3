"""The list of companies as its address describes it: searched, filtered, sorted, one page of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from console.figures import Figures, figures_of_all
from console.plans import PLANS
from core.db import run_outside_companies
from core.shell.paging import SIZES, Paging
from tenants.companies.info import DELETED, CompanyInfo, LicenceState
from tenants.companies.models import Company

STATES = {**dict(LicenceState.choices), DELETED: _("Deleted")}
SORTS = {
    "name": "name",
    "plan": "licence__plan",
    "seats": "licence__seats",
    "valid_until": "licence__valid_until",
    "created_at": "created_at",
}
USUAL_SORT = "-created_at"


@dataclass(frozen=True, slots=True)
class Row:
    """One company of the list."""

    company: CompanyInfo
    created_at: Any
    figures: Figures


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a column; `url` sorts by it, the other way round when it is `sorted` already."""

    label: Any
    name: str
    url: str = ""
    sorted: bool = False
    descending: bool = False
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Tab:
    """One state to look at; shown by the shell's tabs."""

    label: Any
    url: str
    active: bool
    count: int


class CompanyList:
    """One page of the companies. What the address says wrongly is left out, never an error."""

    def __init__(self, params: QueryDict) -> None:
        self._params = params
        self.term = params.get("q", "").strip()[:100].replace("\x00", "")
        state, plan = params.get("state", ""), params.get("plan", "")
        self.state = state if state in STATES else ""
        self.plan = plan if plan in PLANS else ""
        sort = params.get("sort", "")
        self.sort = sort if sort.removeprefix("-") in SORTS else USUAL_SORT

    @cached_property
    def paging(self) -> Paging:
        """Which page this is of how many."""
        return paging_of(self._params, run_outside_companies(lambda: self._found().count()))

    @cached_property
    def rows(self) -> list[Row]:
        """The companies of this page, with their figures."""
        start = (self.paging.page - 1) * self.paging.size
        found = run_outside_companies(
            lambda: [(row.info, row.created_at) for row in self._sorted()[start : start + self.paging.size]]
        )
        figures = figures_of_all(company for company, _created_at in found)
        return [Row(company, created_at, figures[company.id]) for company, created_at in found]

    @cached_property
    def tabs(self) -> list[Tab]:
        """All companies, and those of each state."""

        def counted() -> list[Tab]:
            return [
                Tab(label, self._url(state=state), self.state == state, _in_state(self._searched(), state).count())
                for state, label in {"": _("All"), **STATES}.items()
            ]

        return run_outside_companies(counted)

    @property
    def plans(self) -> list[Tab]:
        """The plans to filter by."""
        return [
            Tab(label, self._url(plan=plan), self.plan == plan, 0)
            for plan, label in {"": _("All plans"), **PLANS}.items()
        ]

    @property
    def plan_label(self) -> Any:
        """The plan that is filtered by, if any."""
        return PLANS.get(self.plan, "")

    @property
    def headings(self) -> list[Heading]:
        """The columns, those that can be sorted by with an address that does."""
        columns = (
            (_("Company name"), "name", False),
            (_("Address"), "", False),
            (_("State"), "", False),
            (_("Plan"), "plan", False),
            (_("Users"), "seats", True),
            (_("Valid until"), "valid_until", False),
            (_("Last activity"), "", False),
            (_("Created at"), "created_at", False),
        )
        return [self._heading(label, name, numeric) for label, name, numeric in columns]

    @property
    def narrowed(self) -> bool:
        """Whether anything is filtered."""
        return bool(self.term or self.state or self.plan)

    def _heading(self, label: Any, name: str, numeric: bool) -> Heading:
        if not name:
            return Heading(label, name, numeric=numeric)
        is_sorted, descending = self.sort.removeprefix("-") == name, self.sort == f"-{name}"
        return Heading(
            label,
            name,
            self._url(sort=name if descending or not is_sorted else f"-{name}"),
            is_sorted,
            descending,
            numeric,
        )

    def _url(self, **changes: str) -> str:
        """The address with some parameters changed, from the first page."""
        params = self._params.copy()
        params.pop("page", None)
        for name, value in changes.items():
            params.pop(name, None)
            if value:
                params[name] = value
        return f"?{params.urlencode()}"

    def _searched(self) -> QuerySet[Company]:
        rows = Company.objects.customers()
        if self.term:
            rows = rows.filter(Q(name__icontains=self.term) | Q(domains__name__icontains=self.term)).distinct()
        return rows.filter(licence__plan=self.plan) if self.plan else rows

    def _found(self) -> QuerySet[Company]:
        return _in_state(self._searched(), self.state)

    def _sorted(self) -> QuerySet[Company]:
        sign = "-" if self.sort.startswith("-") else ""
        return self._found().order_by(f"{sign}{SORTS[self.sort.removeprefix('-')]}", "pk")


def _in_state(rows: QuerySet[Company], state: str) -> QuerySet[Company]:
    if state == DELETED:
        return rows.filter(deleted_at__isnull=False)
    rows = rows.filter(deleted_at__isnull=True)
    return rows.filter(licence__state=state) if state else rows


def paging_of(params: QueryDict, total: int) -> Paging:
    """The page that an address asks for; the last one when there are not so many."""
    size = _number(params.get("size", ""), 20)
    size = size if size in SIZES else 20
    last = max(1, -(-total // size))
    return Paging(max(1, min(_number(params.get("page", ""), 1), last)), size, total)


def _number(text: str, default: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else default
