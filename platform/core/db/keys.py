"""Primary keys as addresses and forms tell them."""

from __future__ import annotations

from collections.abc import Iterable

MOST_DIGITS = 18  # of what surely fits into a column of keys


def key_in(text: str) -> int | None:
    """The key that the text is; None for whatever is none, or is larger than any could be."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None


def keys_in(texts: Iterable[str]) -> list[int]:
    """Those of the texts that are keys."""
    return [key for key in map(key_in, texts) if key is not None]
