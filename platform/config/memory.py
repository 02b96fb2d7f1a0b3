"""How Python looks for garbage in the processes that answer requests."""

from __future__ import annotations

import gc

OBJECTS_BETWEEN_COLLECTIONS = 50_000


def settle() -> None:
    """Take what is loaded now for what stays, and look less often for what does not.

    A page makes some fifty thousand objects and drops them. At Python's usual 700 the collector would go through all
    that is loaded time and again, which is a tenth of a page's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, 20, 20)
