"""Records that tell what happened to the one they hang on: written in its composer, read in its feed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Story:
    """How the rows of a module stand in the feed (动态信息) of their parent.

    kind      field of choices that the tabs of the composer offer
    text      field of what was said; colleagues named in it after an @ are told
    time      field of when it happened, which the feed is ordered by
    icons     {value of kind: icon and tone of its mark}
    more      further fields of the composer, in their order
    comment   name of the action that comments on a row, with one text; empty for none
    comments  the comments on rows by their ids, oldest first; each has `author`, `text` and `at`
    """

    kind: str
    text: str
    time: str
    icons: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    more: Sequence[str] = ()
    comment: str = ""
    comments: Callable[[Collection[int]], Mapping[int, Sequence[Any]]] = lambda ids: {}

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the composer."""
        return (self.kind, self.text, *self.more)
