"""Colours chosen from data: a stable one for each name, and readable text on any."""

from __future__ import annotations

AVATAR_COLOURS = 7


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb` by WCAG 2, from 0 (black) to 1 (white)."""
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two `#rrggbb` colours by WCAG 2, from 1 to 21."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def readable_on(colour: str) -> str:
    """White if it reaches 4.5 : 1 on `colour`, else near-black; white when no colour is given."""
    return "#ffffff" if not colour or contrast(colour, "#ffffff") >= 4.5 else "#10151f"


def avatar_class(key: object) -> str:
    """The colour class of an avatar: the same for the same key on every page and in every process."""
    number = key if isinstance(key, int) else sum(str(key).encode())
    return f"ac{number % AVATAR_COLOURS + 1}"
