"""A transaction that PostgreSQL ended to resolve a deadlock is done again: the other one goes on meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection
from psycopg.errors import DeadlockDetected

P = ParamSpec("P")
T = TypeVar("T")

TRIES = 4
PAUSE = 0.05  # seconds after the first try, and more after each


def again_on_deadlock(work: Callable[P, T]) -> Callable[P, T]:
    """Let `work`, which opens a transaction of its own, begin anew when it was the victim of a deadlock.

    Services lock what they share in one order; this is for those that nobody foresaw. Called within a transaction it
    does nothing: what came before in that is lost as well, so whoever opened it has to begin anew.
    """

    @wraps(work)
    def repeated(*args: P.args, **kwargs: P.kwargs) -> T:
        for tries_left in reversed(range(TRIES)):
            try:
                return work(*args, **kwargs)
            except OperationalError as error:
                if not tries_left or connection.in_atomic_block or not isinstance(error.__cause__, DeadlockDetected):
                    raise
            time.sleep(PAUSE * (TRIES - tries_left))  # for the other to take what this one has let go
        raise AssertionError("unreachable: the last try returns or raises")

    return repeated
