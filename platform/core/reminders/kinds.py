"""What users can be reminded of: each kind is declared once, with what is said when the time has come."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ImproperlyConfigured

from core.reminders.models import Reminder


@dataclass(frozen=True, slots=True)
class Text:
    """What a reminder says: English source strings with places for `params`, and the page it leads to."""

    title: str
    body: str = ""
    url: str = ""
    params: Mapping[str, str | int] = field(default_factory=dict)


Writer = Callable[[Sequence[Reminder]], Mapping[int, Text]]
_writers: dict[str, Writer] = {}


def reminder(kind: str) -> Callable[[Writer], Writer]:
    """Declare the decorated function as the writer of reminders of this kind.

    It is given all that are due and answers, by their keys, what is said. Those it leaves out are dropped: what they
    were about is done, gone, or out of the user's sight by now.

    Raises:
        ImproperlyConfigured: the kind is declared twice.
    """

    def declare(writer: Writer) -> Writer:
        if _writers.setdefault(kind, writer) is not writer:
            raise ImproperlyConfigured(f"Two reminders are called {kind!r}")
        return writer

    return declare


def texts_of(kind: str, due: Sequence[Reminder]) -> Mapping[int, Text]:
    """What the due reminders of a kind say; nothing for a kind that this version does not know."""
    writer = _writers.get(kind)
    return writer(due) if writer else {}
