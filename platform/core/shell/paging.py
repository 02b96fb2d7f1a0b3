"""Where a list stands: which records of how many, and which pages to offer."""

from __future__ import annotations

from dataclasses import dataclass

SIZES = (10, 20, 50, 100)
EXACT_TO = 10_000
"""Totals are counted up to here; beyond, the footer says `10,000+`."""


@dataclass(frozen=True, slots=True)
class Paging:
    """One page of a list: `page` counts from 1, `size` is records per page, `total` records in all.

    With `exact=False`, `total` is a lower bound and the last page is unknown.
    """

    page: int
    size: int
    total: int
    exact: bool = True
    sizes: tuple[int, ...] = SIZES

    @property
    def start(self) -> int:
        """Number of the first record shown, 0 when there is none."""
        return min((self.page - 1) * self.size + 1, self.total) if self.exact else (self.page - 1) * self.size + 1

    @property
    def end(self) -> int:
        """Number of the last record shown."""
        return min(self.page * self.size, self.total) if self.exact else self.page * self.size

    @property
    def pages(self) -> int:
        """How many pages are known; at least 1."""
        return max(1, -(-self.total // self.size))

    @property
    def has_next(self) -> bool:
        """Whether a page follows."""
        return not self.exact or self.page < self.pages

    @property
    def window(self) -> list[int | None]:
        """Page numbers to offer, None where some are left out: 1 … 4 5 6 … 11."""
        near = {1, self.pages, *range(self.page - 1, self.page + 2)}
        if self.page <= 3:
            near |= {2, 3, 4}
        if self.page >= self.pages - 2:
            near |= {self.pages - 3, self.pages - 2, self.pages - 1}
        numbers = sorted(number for number in near if 1 <= number <= max(self.pages, self.page))
        shown: list[int | None] = []
        for number in numbers:
            if shown and shown[-1] is not None and number > shown[-1] + 1:
                shown.append(None)
            shown.append(number)
        return shown
