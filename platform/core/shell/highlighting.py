"""Which part of a text a search term found, to be shown so."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.records.searching import initials, normal, pinyin_key


def found_at(text: str, term: str) -> tuple[int, int] | None:
    """From which character to which the text holds the term, by its own characters or the initials of its pinyin."""
    word = normal(term)
    letters, places = _letters(text)
    at = letters.find(word) if word else -1
    if at < 0 and word:
        first_letters = initials(letters)
        # A character may have initials of two letters: then nobody can say which character the letter belongs to.
        at = first_letters.find(word) if len(first_letters) == len(letters) else -1
    return (places[at], places[at + len(word) - 1] + 1) if at >= 0 else None


def highlighted(text: str, term: str) -> SafeString:
    """The text as HTML, with the part that was found marked."""
    place = found_at(text, term)
    if place is None:
        return format_html("{}", text)
    start, end = place
    return format_html("{}<mark>{}</mark>{}", text[:start], text[start:end], text[end:])


def is_meant(text: str, term: str) -> bool:
    """Whether somebody who types the term may mean the text: a part of it, of its initials, or its pinyin."""
    return found_at(text, term) is not None or pinyin_key(text).startswith(normal(term))


def _letters(text: str) -> tuple[str, list[int]]:
    """The characters as they are compared, and which character of the text each comes from."""
    letters, places = "", []
    for place, character in enumerate(text):
        same = normal(character)
        letters += same
        places += [place] * len(same)
    return letters, places
