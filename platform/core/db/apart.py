"""Work that has no part in the transaction that is open, and no company."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import connection

P = ParamSpec("P")
T = TypeVar("T")


def run_apart(fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Call `fn` in a thread of its own, with a connection of its own, and wait for what it returns or raises.

    A job is one transaction of its own company, from which no other company can be reached; what it does here may
    reach any, is committed by itself, and stays done when the job is rolled back.
    """

    def work() -> T:
        try:
            return fn(*args, **kwargs)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()
