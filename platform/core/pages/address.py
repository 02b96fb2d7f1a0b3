"""The address of a list: its whole state, changed one thing at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.http import QueryDict
from django.utils.http import urlencode

from core.resources.filters import RANGE

FROM, TO = ".from", ".to"  # the two fields of a range in a filter's form; joined in the address
OF_THE_MOMENT = ("page",)
NOT_IN_A_VIEW = ("page", "view")


@dataclass(frozen=True, slots=True)
class Address:
    """Path and parameters of a list; `params` keeps the order in which they were given."""

    path: str
    params: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, path: str, params: QueryDict) -> Address:
        """The address with the parameters of a request, empty ones left out."""
        pairs = tuple((name, value) for name, values in params.lists() for value in map(str, values) if value != "")
        return cls(path, pairs)

    def __str__(self) -> str:
        return f"{self.path}?{self.query}" if self.params else self.path

    @property
    def query(self) -> str:
        """The query string."""
        return _encoded(self.params)

    def without(self, *names: str) -> Address:
        """The address without these parameters, and from the first page."""
        return Address(self.path, tuple(pair for pair in self.params if pair[0] not in (*names, *OF_THE_MOMENT)))

    def but(self, name: str, *values: object) -> Address:
        """The address with other values of one parameter, from the first page."""
        rest = self.without(name)
        return Address(self.path, (*rest.params, *((name, str(value)) for value in values)))

    def only(self, names: Iterable[str]) -> Address:
        """The address with these parameters and no others."""
        kept = frozenset(names)
        return Address(self.path, tuple(pair for pair in self.params if pair[0] in kept))

    def get(self, name: str) -> str:
        """The last value of a parameter, or an empty text."""
        return next((value for key, value in reversed(self.params) if key == name), "")


@lru_cache(1_000)  # a page names the same few addresses time and again
def _encoded(params: tuple[tuple[str, str], ...]) -> str:
    return urlencode(params)


def tidied(path: str, params: QueryDict, ranges: Sequence[str]) -> Address | None:
    """The address that a filter's form means: ends of `ranges` joined, nothing empty. None if nothing is to do."""
    if not any(value == "" for _name, values in params.lists() for value in values) and not any(
        f"{name}{end}" in params for name in ranges for end in (FROM, TO)
    ):
        return None
    address = Address.of(path, params)
    for name in ranges:
        start, end = params.get(f"{name}{FROM}", ""), params.get(f"{name}{TO}", "")
        if start or end:
            address = address.but(name, f"{start}{RANGE}{end}")
        address = (
            address.without(f"{name}{FROM}", f"{name}{TO}")
            if {f"{name}{FROM}", f"{name}{TO}"} & set(params)
            else address
        )
    return address
