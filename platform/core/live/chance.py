"""Chance, against everybody doing the same thing in the same second."""

import random


def spread(least: float, most: float) -> float:
    """A number of seconds somewhere between the two."""
    return random.uniform(least, most)  # noqa: S311  nobody gains by guessing it
