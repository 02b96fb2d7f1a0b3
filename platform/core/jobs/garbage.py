"""Python's search for garbage, for work that makes very many objects and drops them together."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def looked_for_at_the_end() -> Iterator[None]:
    """Look for garbage once, when the piece of work is done, and among what it made alone.

    On the way Python would go through all that is alive time and again: a fifth of the time of an import. Without a
    look at the end, what refers to itself (an error, the frames it went through, their rows) would pile up.
    """
    was_on = gc.isenabled()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.collect()
        gc.unfreeze()
        if was_on:
            gc.enable()
