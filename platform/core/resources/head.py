"""What stands at the head of a record's page: who and where, figures, the path of its states, what to do next."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django_stubs_ext import StrOrPromise

from core.access import Actor

COMPOSER = "#composer"


@dataclass(frozen=True, slots=True)
class Advice:
    """The next best thing to do about a record; `action` leads to `url`, or into its COMPOSER.

    `level` is info, warning or danger.
    """

    text: StrOrPromise
    level: str = "info"
    action: StrOrPromise = ""
    url: str = ""


def _no_advice(record: Any, user: Actor) -> Advice | None:
    return None


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a module's record pages; everything in it names columns.

    meta      beside the name, with their labels
    tags      beside those, as tags
    figures   the key numbers, after which the numbers of what hangs on the record follow
    path      a field of choices that a record goes through one after another; who may change it does so by a click
    advice    what to do next about a record, None when there is nothing
    """

    meta: Sequence[str] = ("owner",)
    tags: Sequence[str] = ()
    figures: Sequence[str] = ()
    path: str = ""
    advice: Callable[[Any, Actor], Advice | None] = _no_advice


@dataclass(frozen=True, slots=True)
class Stars:
    """关注: records that single users keep an eye on, each for themselves.

    `of(user, ids)` tells which of the records have the user's star; `put(record, on, by=user)` gives or takes it.
    """

    of: Callable[[Actor, Collection[int]], set[int]]
    put: Callable[..., None]
