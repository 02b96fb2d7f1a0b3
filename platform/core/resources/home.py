"""What modules contribute to the home page: figures along its top, cards below them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django_stubs_ext import StrOrPromise

from core.access import Actor


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the home page: `value(user)` counts within the user's scope, `url` opens the records behind it."""

    label: StrOrPromise
    icon: str
    permission: str
    value: Callable[[Actor], int]
    url: Callable[[Actor], str]
    order: int = 100
    hot: bool = False
    """Whether a number above 0 asks for action (shown in red)."""


@dataclass(frozen=True, slots=True)
class Card:
    """A card of the home page: `template` is rendered with what `context(user)` returns."""

    name: str
    permission: str
    template: str
    context: Callable[[Actor], Mapping[str, Any]]
    order: int = 100


figures: list[Figure] = []
cards: list[Card] = []
COUNTED = 10_000
"""A number of the home page is counted up to here."""


def add_figure(figure: Figure) -> None:
    """Put a figure on the home page of those who have its permission."""
    figures.append(figure)
    figures.sort(key=lambda one: one.order)


def add_card(card: Card) -> None:
    """Put a card on the home page of those who have its permission."""
    cards.append(card)
    cards.sort(key=lambda one: one.order)
