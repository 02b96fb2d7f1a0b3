"""Finding records by two Chinese characters, by pinyin initials, or by four digits, among millions.

A record keeps the grams of its texts in one array under a GIN index. Trigrams do not serve words of two characters, and
Chinese knows hardly any others; and a function that PostgreSQL could index by may not stand in a company's schema.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby, pairwise
from operator import add
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

DIGITS_AT_ONCE = 4  # two digits stand in every tenth phone number: too many to be found by
LONGEST_TEXT = 400  # characters of each text that are looked at
PINYIN_SORT_LENGTH = 60


def normal(text: str) -> str:
    """The text as it is compared: without case, full-width forms and spaces."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def grams(*texts: str, pinyin: bool = True) -> list[str]:
    """The pieces by which the texts are found: of words each two neighbours, of numbers each four, of Chinese the
    initials of the pinyin as well, unless `pinyin` is False."""
    found: set[str] = set()
    for text in texts:
        whole = normal(text[:LONGEST_TEXT])
        found.update(_pieces(whole))
        if pinyin and _has_chinese(whole):
            found.update(_pieces(_first_letters(whole)))
    return sorted(found)


def grams_of_term(term: str) -> list[str]:
    """The pieces that a text found by `term` has; none if the term is too short to be found by pieces."""
    return sorted(set(_pieces(normal(term[:LONGEST_TEXT]))))


def is_latin(term: str) -> bool:
    """Whether the term may stand for initials of pinyin: letters only."""
    return term.isascii() and term.isalpha()


def spelled_with_initials(letters: str) -> str:
    """A regular expression for `pinyin_key`: syllables in a row that begin with the letters, or the letters themselves.

    The end of one syllable may be taken for the beginning of the next (*gong* for `g` and `g`), so this tells apart
    what the grams have found; it finds nothing by itself.
    """
    return "".join([f"{letter}h?[aeiouv]*(?:ng?|r)?" for letter in letters.lower()])


def initials(text: str) -> str:
    """Chinese characters as the first letters of their pinyin; everything else as it is."""
    return _first_letters(text) if _has_chinese(text) else text


def pinyin_key(text: str) -> str:
    """What a list sorts Chinese and Latin names by: pinyin, character by character."""
    text = normal(text)
    return (_spelled(text) if _has_chinese(text) else text)[:PINYIN_SORT_LENGTH]


class GramsField(ArrayField[Any, Any]):
    """The grams of a record's own text fields, made anew whenever the record is stored.

    `pinyin` finds names by their initials; in prose it would double the index, and nobody looks for prose like that.
    """

    def __init__(self, sources: Sequence[str] = (), *, pinyin: bool = True, **kwargs: Any) -> None:
        self.sources = tuple(sources)
        self.pinyin = pinyin
        kwargs.update(base_field=models.TextField(), editable=False, default=list)
        super().__init__(**kwargs)

    def deconstruct(self) -> Any:
        """The arguments for a migration: which fields it is made from, without what follows from that."""
        name, path, args, kwargs = super().deconstruct()
        for follows in ("base_field", "editable", "default"):
            kwargs.pop(follows, None)
        prose = {} if self.pinyin else {"pinyin": False}
        return name, path, args, {**kwargs, "sources": self.sources, **prose}

    def pre_save(self, model_instance: models.Model, add: bool) -> list[str]:
        """Computed from the fields as they are now."""
        value = grams(*(str(getattr(model_instance, name) or "") for name in self.sources), pinyin=self.pinyin)
        setattr(model_instance, self.attname, value)
        return value

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Texts, as they are: not each of them is asked how it is stored."""
        return value


class KeyField(models.CharField[str, str]):
    """What a text field is sorted or compared by, made anew whenever the record is stored.

    `key` makes it from the text; a subclass for each, which migrations name, says which, and how long it is at most.
    """

    def __init__(self, source: str, *, key: Callable[[str], str], length: int, **kwargs: Any) -> None:
        self.sources = (source,)
        self._key = key
        kwargs.update(max_length=length, editable=False, default="", db_collation="C")
        super().__init__(**kwargs)

    def deconstruct(self) -> Any:
        """The arguments for a migration."""
        name, path, args, kwargs = super().deconstruct()
        for follows in ("max_length", "editable", "default", "db_collation"):
            kwargs.pop(follows, None)
        return name, path, args, {**kwargs, "source": self.sources[0]}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """Computed from the field as it is now."""
        value = self._key(str(getattr(model_instance, self.sources[0]) or ""))
        setattr(model_instance, self.attname, value)
        return value


class PinyinField(KeyField):
    """The sort key of a text field: Chinese by its pinyin."""

    def __init__(self, source: str = "", **kwargs: Any) -> None:
        super().__init__(source, key=pinyin_key, length=PINYIN_SORT_LENGTH, **kwargs)


def computed_from(model: type[models.Model], names: Sequence[str]) -> list[str]:
    """The fields of the model that are computed from the named ones, and so change with them."""
    changed = set(names)
    return [
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, GramsField | KeyField) and changed.intersection(field.sources)
    ]


def _pieces(text: str) -> Iterable[str]:
    if not any(map(str.isdigit, text)):
        return map(add, text, text[1:])
    return _pieces_with_numbers(text)


def _pieces_with_numbers(text: str) -> Iterator[str]:
    for is_number, characters in groupby(text, key=str.isdigit):
        run = "".join(characters)
        size = DIGITS_AT_ONCE if is_number else 2
        for start in range(len(run) - size + 1):
            yield run[start : start + size]
    # Across the edge of a number, as in 3M or 7天, two neighbours are a word too.
    for left, right in pairwise(text):
        if left.isdigit() != right.isdigit():
            yield left + right


def _has_chinese(text: str) -> bool:
    return any("\u3400" <= character <= "\u9fff" for character in text)


def _first_letters(text: str) -> str:
    return "".join(map(_first_letters_of_word, _words(text)))


def _spelled(text: str) -> str:
    return "".join(map(_spelled_word, _words(text)))


# A character is read by the word it stands in (重庆, 体重). Names are made of few words, over and over: how each of
# them is read is asked for once.


@lru_cache(maxsize=10_000)  # more than an import stores in one go, which asks column by column
def _words(text: str) -> tuple[str, ...]:
    from pypinyin.seg.mmseg import seg  # its dictionaries take half a second, of every process that starts

    return tuple(seg.cut(text))


@lru_cache(maxsize=50_000)
def _first_letters_of_word(word: str) -> str:
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(word, style=Style.FIRST_LETTER))


@lru_cache(maxsize=50_000)
def _spelled_word(word: str) -> str:
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(word))
