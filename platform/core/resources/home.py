"""What modules contribute to the home page: figures along its top, cards below them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.http import urlencode
from django_stubs_ext import StrOrPromise

from core.access import Actor
from core.resources.query import ListQuery
from core.resources.registry import resource_of

if TYPE_CHECKING:
    from core.records.base import Stored

COUNTED = 10_000
"""A number of the home page is counted up to here."""

Asked = Mapping[str, str | Sequence[str]]
"""What the address of a list asks for."""


def listed(model: type[Stored], asked: Asked, user: Actor) -> ListQuery | None:
    """The rows of the module's list that its address shows; None for who may not see them, or what they are chosen by.

    A role that hides the time of the next contact hides as well how many are due.
    """
    resource = resource_of(model)
    if not user.access.may(resource.permission("view")):
        return None
    query = ListQuery(resource, user, asked)
    understood = {chosen.filter.name for chosen in query.chosen} | ({"sort"} if query.sort else set())
    return query if understood == set(asked) else None


def listed_at(model: type[Stored], asked: Asked) -> str:
    """The address of the same list."""
    return f"{resource_of(model).url}?{urlencode(asked, doseq=True)}"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the home page: how many rows of the module's list `asked` leaves. It opens just these."""

    label: StrOrPromise
    icon: str
    model: type[Stored]
    asked: Callable[[], Asked]
    order: int = 100
    hot: bool = False
    """Whether a number above 0 asks for action (shown in red)."""

    def value(self, user: Actor) -> int | None:
        """The number, as far as it is counted; None for who may not know it."""
        rows = listed(self.model, self.asked(), user)
        return None if rows is None else rows.count(COUNTED)

    @property
    def url(self) -> str:
        """The address of the rows that it counts."""
        return listed_at(self.model, self.asked())


@dataclass(frozen=True, slots=True)
class Card:
    """A card of the home page: `template` is rendered with what `context(user)` returns; None leaves it out."""

    template: str
    context: Callable[[Actor], Mapping[str, Any] | None]
    order: int = 100


figures: list[Figure] = []
cards: list[Card] = []


def add_figure(figure: Figure) -> None:
    """Put a figure on the home page of those who may see what it counts."""
    figures.append(figure)
    figures.sort(key=lambda one: one.order)


def add_card(card: Card) -> None:
    """Put a card on the home page."""
    cards.append(card)
    cards.sort(key=lambda one: one.order)
