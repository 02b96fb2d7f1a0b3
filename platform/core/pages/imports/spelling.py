"""What a cell says, in the spelling that the form takes. What is not understood goes to the form as it stands."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core.pages.imports.columns import Importable
from core.pages.workbooks import DAY_ZERO

Speller = Callable[[str], Any]
"""Text of a cell -> value for the form; ValueError, with a message for the user, for what can't be told."""

YES = frozenset({"1", "yes", "y", "true", "t", "on", "是", "真", "对", "有", "启用", "允许", "√", "✓", "✔"})
NO = frozenset(
    {"0", "no", "n", "false", "f", "off", "否", "假", "错", "无", "没有", "停用", "禁用", "禁止", "×", "✗", "x"}
)
SEVERAL = re.compile(r"[、,;，；\n|]+")
DAY = re.compile(r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?=$|[\sT])")
COMPACT_DAY = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
SERIAL = re.compile(r"^\d{4,5}(\.\d+)?$")
CLOCK = re.compile(r"^(\d{1,2})[:时点](\d{1,2})(?:[:分](\d{1,2}))?秒?分?(?:\.\d+)?(Z|[+-]\d{2}:?\d{2})?$")
CURRENCY = re.compile(r"^(?:¥|￥|\$|€|RMB|CNY|人民币)\s*|\s*元$", re.IGNORECASE)
GROUPED = re.compile(r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$")
PLAIN_NUMBER = re.compile(r"^-?\d+(\.\d+)?$", re.ASCII)
LAST_SERIAL = 2_958_465.0  # 9999-12-31 in Excel


def speller(field: Importable) -> Speller:
    """How the cells of a column are read for its field."""
    match field.field:
        case forms.ModelMultipleChoiceField() | forms.ModelChoiceField():
            return str  # References finds them
        case forms.NullBooleanField() | forms.BooleanField():
            return _yes_or_no(field)
        case forms.MultipleChoiceField():
            one = _choice(field)
            return lambda text: [one(part) for part in parts(text)]
        case forms.ChoiceField():
            return _choice(field)
        case forms.DateTimeField():
            return moment
        case forms.DateField():
            return day
        case forms.DecimalField() | forms.FloatField() | forms.IntegerField():
            return number
    return str


def parts(text: str) -> list[str]:
    """The names in a cell that holds several."""
    return [part for part in (part.strip() for part in SEVERAL.split(text)) if part]


def number(text: str) -> str:
    """1,234.50 and ￥1234.5元 as 1234.50 and 1234.5; a comma that groups nothing is left for the form to refuse."""
    if PLAIN_NUMBER.match(text):
        return text
    narrow = CURRENCY.sub("", unicodedata.normalize("NFKC", text).replace(" ", "").replace("\u00a0", ""))
    narrow = CURRENCY.sub("", narrow)
    return narrow.replace(",", "") if GROUPED.match(narrow) else narrow


def day(text: str) -> str:
    """2026/5/4, 2026.5.4, 20260504, 2026年5月4日 and Excel's 46146 as 2026-05-04."""
    return moment(text)[:10] if _moment(text) else text


def moment(text: str) -> str:
    """A day as `day` reads it, with a time after it or without, as an ISO moment; noon offsets are kept."""
    return _moment(text) or text


@lru_cache(1_000)
def _moment(text: str) -> str:
    narrow = unicodedata.normalize("NFKC", text).strip()
    if SERIAL.match(narrow):
        return _of_serial(float(narrow))
    found = COMPACT_DAY.match(narrow) or DAY.match(narrow)
    if found is None:
        return ""
    year, month, day_of_month = (int(part) for part in found.groups())
    rest = narrow[found.end() :].lstrip("T ").strip()
    try:
        date = datetime.date(year, month, day_of_month)
        return f"{date.isoformat()}T{_clock(rest)}" if rest else date.isoformat()
    except ValueError:
        return ""


def _clock(text: str) -> str:
    found = CLOCK.match(text)
    if found is None:
        raise ValueError(text)
    hour, minute, second, zone = found.groups()
    return f"{datetime.time(int(hour), int(minute), int(second or 0)).isoformat()}{zone or ''}"


def _of_serial(days: float) -> str:
    if days > LAST_SERIAL:
        return ""
    whole = DAY_ZERO + datetime.timedelta(days=int(days))
    seconds = round((days % 1) * 86_400)
    if not seconds:
        return whole.isoformat()
    at = datetime.datetime.combine(whole, datetime.time(), timezone.get_current_timezone())
    return (at + datetime.timedelta(seconds=seconds)).replace(tzinfo=None).isoformat()


def _yes_or_no(field: Importable) -> Speller:
    known = dict.fromkeys(YES, "on") | dict.fromkeys(NO, "")
    known |= {word: "on" if value else "" for value, word in _words(field)}

    def read(text: str) -> str:
        word = text.strip().casefold()
        if word not in known:
            raise ValueError(_("“%(value)s” is neither yes nor no.") % {"value": text[:40]})
        return known[word]

    return read


def _choice(field: Importable) -> Speller:
    known = {word: str(value) for value, word in _words(field)}
    return lambda text: known.get(text.strip().casefold(), text)


def _words(field: Importable) -> Sequence[tuple[Any, str]]:
    """Every way to write a value: its labels in all languages, and the value itself."""
    found = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found += [(value, str(label).casefold()) for value, label in field.words]
    return [*((value, str(value).casefold()) for value, _label in field.words), *found]
