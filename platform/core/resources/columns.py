"""Columns: a value of a record with its label and kind, the same for list, page, export and API."""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from core.access import FieldRight
from core.access.masking import mask
from core.records.dictionary import OptionField
from core.records.regions import RegionField, region_text

KINDS: list[tuple[type[models.Field[Any, Any]], str]] = [
    (RegionField, "region"),
    (models.BooleanField, "boolean"),
    (models.DateTimeField, "datetime"),
    (models.DateField, "date"),
    (models.TimeField, "time"),
    (models.DecimalField, "number"),
    (models.IntegerField, "number"),
    (models.FloatField, "number"),
    (models.EmailField, "email"),
    (models.URLField, "url"),
    (models.FileField, "file"),
    (models.TextField, "long_text"),
    (models.ManyToManyField, "many"),
    (OptionField, "option"),
    (models.ForeignKey, "relation"),
    (models.JSONField, "json"),
]
NUMERIC_KINDS = frozenset({"number", "money"})


def kind_of(field: models.Field[Any, Any]) -> str:
    """The kind of a model field, which decides how it is shown, filtered and typed."""
    if field.choices:
        return "choice"
    return next((kind for type_, kind in KINDS if isinstance(field, type_)), "text")


def fetched_as(name: str) -> str:
    """The attribute in which a record of a list holds what a relation to many leads to."""
    return f"_fetched_{name}"


@dataclass(frozen=True, slots=True)
class Column:
    """A named value of a record.

    Made from a model field by its name; or given outright with `value`, for what is derived. `order_by` names what the
    database sorts by (None: not sortable).
    """

    name: str
    label: StrOrPromise
    kind: str = "text"
    value: Callable[[Any], Any] | None = None
    order_by: str | None = None
    choices: tuple[tuple[Any, StrOrPromise], ...] = ()
    help: StrOrPromise = ""

    @classmethod
    def of_field(cls, model: type[models.Model], name: str) -> Column:
        """The column of a model field; FieldDoesNotExist where there is none."""
        field: Any = model._meta.get_field(name)
        if not hasattr(field, "verbose_name"):  # the far end of a relation
            return cls(name, field.related_model._meta.verbose_name_plural, "many")
        kind = kind_of(field)
        return cls(
            name,
            field.verbose_name,
            kind,
            order_by=None if kind in {"many", "file", "json"} else name,
            choices=tuple(field.flatchoices),
            help=field.help_text,
        )

    @property
    def numeric(self) -> bool:
        """Whether the values are numbers, set to the right."""
        return self.kind in NUMERIC_KINDS

    def of(self, record: models.Model) -> Any:
        """The value as Python has it; a list of records for the kind `many`."""
        if self.value is not None:
            return self.value(record)
        if self.kind == "many":
            fetched: list[Any] | None = getattr(record, fetched_as(self.name), None)
            return list(getattr(record, self.name).all()) if fetched is None else fetched
        return getattr(record, self.name)

    def text(self, value: Any) -> str:
        """The value as a person reads it, in the active language and time zone."""
        match value:
            case None:
                return ""
            case str() if self.kind == "region":
                return region_text(value) if value else ""
            case _ if self.choices:
                return str(dict(self.choices).get(value, value))
            case bool():
                return _("Yes") if value else _("No")
            case datetime.datetime():
                return timezone.localtime(value).isoformat(" ", "minutes")[:16]
            case datetime.date():
                return value.isoformat()
            case decimal.Decimal():
                return f"{value:,.2f}" if self.kind == "money" else f"{value:,f}"
            case list():
                return "、".join(map(str, value))
        return str(value)


@dataclass(frozen=True, slots=True)
class Cell:
    """A column's value of one record for one viewer: masked where the viewer's rights say so."""

    column: Column
    record: models.Model
    value: Any
    text: str
    masked: bool = False


def cell(column: Column, record: models.Model, right: FieldRight) -> Cell:
    """The cell that a viewer with `right` on the field gets: nothing when hidden, stars when masked."""
    if right is FieldRight.HIDDEN:
        return Cell(column, record, None, "", masked=True)
    value = column.of(record)
    if right is FieldRight.MASKED:
        starred = mask(column.text(value))
        return Cell(column, record, starred, starred, masked=True)
    return Cell(column, record, value, column.text(value))


def exists(model: type[models.Model], name: str) -> bool:
    """Whether the model has a field of this name."""
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True
