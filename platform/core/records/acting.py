"""Who is acting right now, for the log: kept beside the request or job, never passed through every function."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Acting:
    """Circumstances of an act: the network address, and the person behind a switched user (切换用户), if any."""

    address: str | None = None
    impersonator_id: int | None = None


NOBODY = Acting()
_acting: ContextVar[Acting] = ContextVar("acting", default=NOBODY)


def acting() -> Acting:
    """The circumstances of what is being done in this thread."""
    return _acting.get()


@contextmanager
def acting_as(circumstances: Acting) -> Iterator[None]:
    """Set the circumstances for the block; the former ones come back at its end, whatever happens."""
    token = _acting.set(circumstances)
    try:
        yield
    finally:
        _acting.reset(token)
