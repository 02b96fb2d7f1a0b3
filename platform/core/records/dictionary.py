"""Option lists (数据字典): declared in code with what a new company starts with, edited by the company afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django_stubs_ext import StrOrPromise

lists: dict[str, OptionList] = {}


@dataclass(frozen=True, slots=True)
class OptionList:
    """A list of the dictionary: its key, its label, and the names a new company finds in it."""

    kind: str
    label: StrOrPromise
    defaults: tuple[str, ...] = ()


def declare(kind: str, label: StrOrPromise, *defaults: str) -> OptionList:
    """Make an option list known; a list is declared once, by the module whose field uses it."""
    option_list = OptionList(kind, label, defaults)
    if lists.setdefault(kind, option_list) != option_list:
        raise ValueError(f"The option list {kind!r} is declared twice")
    return option_list


class OptionField(models.ForeignKey[Any, Any]):
    """A choice from one option list of the dictionary; an option in use can't be deleted, only taken out of use."""

    def __init__(self, kind: str = "", **kwargs: Any) -> None:
        self.kind = kind
        kwargs.setdefault("to", "records.Option")
        kwargs.setdefault("on_delete", models.PROTECT)
        kwargs.setdefault("related_name", "+")
        kwargs["limit_choices_to"] = {"kind": kind}
        super().__init__(**kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """The arguments for a migration: the kind, without the condition that follows from it."""
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("limit_choices_to", None)
        return name, path, args, {**kwargs, "kind": self.kind}
