"""Many at the same moment: functions run in threads that start together."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

T = TypeVar("T")


def together(fn: Callable[[int], T], count: int) -> list[T | Exception]:
    """Call fn(0) … fn(count - 1) in threads at the same moment; what they return or raise, in that order."""
    start = threading.Barrier(count)

    def one(number: int) -> T | Exception:
        try:
            start.wait(timeout=30)
            return fn(number)
        except Exception as error:  # noqa: BLE001 - handed back to the test
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))
