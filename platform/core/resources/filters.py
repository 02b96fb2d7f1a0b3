"""Filters of a list: what stands in its URL, made a condition; each says plainly what it does not understand."""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, cast

from django.db import models
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _

from core.access import Actor
from core.db.keys import key_in
from core.resources.columns import Column
from core.resources.periods import PERIODS

ME = "me"  # the viewer, in filters on users: one shared view serves everybody
NONE = "none"  # nothing chosen
RANGE = ".."
SHOWN_CHOICES = 200
DATE_KINDS = frozenset({"date", "datetime"})


class BadFilter(ValueError):
    """A value in the URL that the filter does not understand; the message is for the user."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Narrows a list by one column.

    In the URL: choices and records by `name=a&name=b` (`me`, `none`), dates and numbers by `name=from..to` with either
    end open, dates also by the name of a period (`this_week`), yes/no by `name=1`, text by `name=part`.
    """

    column: Column
    field: models.Field[Any, Any]

    @property
    def name(self) -> str:
        """The parameter of the URL."""
        return self.column.name

    @property
    def kind(self) -> str:
        """The kind of the column, which decides the control that is shown."""
        return self.column.kind

    def condition(self, values: Sequence[str], user: Actor) -> Q:
        """The condition that the values stand for; BadFilter if one of them can't be understood."""
        match self.kind:
            case "choice":
                known = {str(value): value for value, _label in self.column.choices}
                return Q(**{f"{self.name}__in": [self._known(known, value) for value in values]})
            case "boolean":
                if set(values) - {"0", "1"}:
                    raise BadFilter(self._complaint(values))
                return Q(**{f"{self.name}__in": [value == "1" for value in values]})
            case "relation" | "option" | "many":
                return self._records(values, user)
            case "date" | "datetime" | "number" | "money":
                return self._range(values)
        return Q(**{f"{self.name}__icontains": values[-1]})

    def text(self, values: Sequence[str], names: dict[str, str]) -> str:
        """The values as the chip shows them; `names` are the texts of the records chosen, by id."""
        special = {ME: _("Me"), NONE: _("None"), "1": _("Yes"), "0": _("No")} if self.kind != "choice" else {}
        choices = {str(value): str(label) for value, label in self.column.choices}
        if self.kind in DATE_KINDS:
            special = {name: str(period.label) for name, period in PERIODS.items()}
        return "、".join(
            choices.get(value) or names.get(value) or special.get(value) or value.replace(RANGE, " – ").strip()
            for value in values
        )

    def _known(self, known: dict[str, Any], value: str) -> Any:
        if value not in known:
            raise BadFilter(self._complaint([value]))
        return known[value]

    def _records(self, values: Sequence[str], user: Actor) -> Q:
        keys = [_key(user.pk if value == ME else self._known_key(value)) for value in values if value != NONE]
        if self.kind == "many":
            return self._linked(keys, none=NONE in values)
        condition = Q(**{f"{self.name}__isnull": True}) if NONE in values else Q(pk__in=[])
        return reduce(or_, (Q(**{self.name: key}) for key in keys), condition)

    def _linked(self, keys: Sequence[Cast], *, none: bool) -> Q:
        """Rows linked with one of the keys, or with none at all.

        Asked of the links alone: joined to the list itself, a row with two of the records would come twice.
        """
        field = cast("models.ManyToManyField[Any, Any]", self.field)
        links = cast(type[models.Model], field.remote_field.through)._base_manager
        row, other = field.m2m_field_name(), field.m2m_reverse_field_name()
        chosen = reduce(or_, (Q(**{other: key}) for key in keys), Q(pk__in=[]))
        condition = Q(pk__in=links.filter(chosen).values(row))
        return condition | Q(~Exists(links.filter(**{row: OuterRef("pk")}))) if none else condition

    def _known_key(self, value: str) -> int:
        key = key_in(value)
        if key is None:
            raise BadFilter(self._complaint([value]))
        return key

    def _range(self, values: Sequence[str]) -> Q:
        start, dots, end = values[-1].partition(RANGE)
        if start in PERIODS and not dots and self.kind in DATE_KINDS:
            start, end = map(str, PERIODS[start].days(timezone.localdate()))
        elif not dots:
            end = start
        condition = Q()
        if start:
            condition &= Q(**{f"{self._path()}__gte": self._bound(start, end=False)})
        if end:
            operator = "lt" if self.kind == "datetime" else "lte"
            condition &= Q(**{f"{self._path()}__{operator}": self._bound(end, end=True)})
        return condition

    def _path(self) -> str:
        """What lookups call the value."""
        return self.name

    def _bound(self, text: str, *, end: bool) -> Any:
        try:
            if self.kind in {"number", "money"}:
                value = decimal.Decimal(text)
                if not value.is_finite() or abs(value) >= 10**18:
                    raise BadFilter(self._complaint([text]))
                return value
            day = datetime.date.fromisoformat(text)
            if self.kind == "date":
                return day
            return timezone.make_aware(
                datetime.datetime.combine(day + datetime.timedelta(days=int(end)), datetime.time())
            )
        except (ValueError, decimal.InvalidOperation, OverflowError) as error:
            raise BadFilter(self._complaint([text])) from error

    def _complaint(self, values: Iterable[str]) -> str:
        return _("“%(value)s” is no value for the filter “%(filter)s”.") % {
            "value": "、".join(values)[:60],
            "filter": self.column.label,
        }


def _key(value: int) -> Cast:
    """A key as the database has it: a plain number is a smaller integer to PostgreSQL, which no GIN index compares."""
    return Cast(Value(value), models.BigIntegerField())
