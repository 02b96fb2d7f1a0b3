"""Views of a list that its module offers to everybody, and the conditions they are made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from core.access import Actor
from core.resources.columns import Column
from core.resources.filters import BadFilter


@dataclass(frozen=True, slots=True)
class View:
    """A list narrowed and sorted in a way that many want: `query` is what its address asks for."""

    key: str
    label: StrOrPromise
    query: str


@dataclass(frozen=True, slots=True)
class Flag:
    """A filter that is there or not (`name=1`), on what no single field tells: `rows(user)` are those it leaves."""

    name: str
    label: StrOrPromise
    rows: Callable[[Actor], Q]
    kind = "boolean"
    field = models.BooleanField()

    @property
    def column(self) -> Column:
        """What the filter is called."""
        return Column(self.name, self.label, "boolean")

    def condition(self, values: Sequence[str], user: Actor) -> Q:
        """The condition that the values stand for; BadFilter for anything but yes and no."""
        if set(values) - {"0", "1"}:
            told = {"value": "、".join(values)[:60], "filter": self.label}
            raise BadFilter(_("“%(value)s” is no value for the filter “%(filter)s”.") % told)
        wanted = self.rows(user)
        return {frozenset({"1"}): wanted, frozenset({"0"}): ~wanted}.get(frozenset(values), Q())

    def text(self, values: Sequence[str], names: dict[str, str]) -> str:
        """Yes or no, as the chip shows it."""
        return "、".join({"1": _("Yes"), "0": _("No")}.get(value, value) for value in values)
