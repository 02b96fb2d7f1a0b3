"""Unique constraints asked for many rows at once: which records have what new rows are about to have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class UniqueKey:
    """A unique constraint over plain or lower-case fields, whose condition can be told from a row alone.

    `parts` are (attribute of the row, field, whether case is left aside).
    """

    constraint: models.UniqueConstraint
    parts: tuple[tuple[str, str, bool], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The fields it is made of."""
        return tuple(name for _attribute, name, _lower in self.parts)

    def of(self, row: models.Model) -> Key | None:
        """What must be unique about the row; None when the constraint says nothing about it."""
        key = tuple(_folded(getattr(row, attribute), lower) for attribute, _name, lower in self.parts)
        if None in key or (self.constraint.condition is not None and not _holds(self.constraint.condition, row)):
            return None
        return key

    def taken(self, model: type[models.Model], keys: Iterable[Key]) -> dict[Key, int]:
        """Those of the keys that stored records have, with the records' keys."""
        wanted = set(keys)
        if not wanted:
            return {}
        asked = {
            f"key_{index}": Lower(name) if lower else F(attribute)
            for index, (attribute, name, lower) in enumerate(self.parts)
        }
        rows: Any = model._base_manager.all()
        if self.constraint.condition is not None:
            rows = rows.filter(self.constraint.condition)
        # The first part narrows by the index; which of its combinations are meant is seen here.
        rows = rows.annotate(**asked).filter(key_0__in={key[0] for key in wanted})
        found = rows.values_list(*asked, "pk")
        return {tuple(key): pk for *key, pk in found if tuple(key) in wanted}


def unique_keys(model: type[models.Model]) -> Sequence[UniqueKey]:
    """The unique constraints of the model that can be asked for many rows; the others are asked for each."""
    found = (_key(model, one) for one in model._meta.constraints if isinstance(one, models.UniqueConstraint))
    return [key for key in found if key is not None]


def _key(model: type[models.Model], constraint: models.UniqueConstraint) -> UniqueKey | None:
    given: Sequence[Any] = constraint.expressions or [F(name) for name in constraint.fields]
    parts = []
    for expression in given:
        lower = isinstance(expression, Lower)
        plain: Any = expression.get_source_expressions()[0] if lower else expression
        name = str(getattr(plain, "name", ""))
        if type(plain) is not F or "__" in name:
            return None
        field: Any = model._meta.get_field(name)
        parts.append((field.attname, name, lower))
    if constraint.condition is not None and not _understood(constraint.condition):
        return None
    if constraint.nulls_distinct is False:
        return None
    return UniqueKey(constraint, tuple(parts))


def _folded(value: Any, lower: bool) -> Any:
    return value.lower() if lower and isinstance(value, str) else value


def _understood(condition: Q) -> bool:
    return all(
        _understood(part)
        if isinstance(part, Q)
        else isinstance(part, tuple)
        and part[0].partition("__")[2] in {"", "exact", "isnull"}
        and not hasattr(part[1], "resolve_expression")
        for part in condition.children
    )


def _holds(condition: Q, row: models.Model) -> bool:
    """Whether an understood condition holds for a row that need not be stored."""
    answers = (_holds(part, row) if isinstance(part, Q) else _matches(part, row) for part in condition.children)
    held = all(answers) if condition.connector == Q.AND else any(answers)
    return not held if condition.negated else held


def _matches(part: Any, row: models.Model) -> bool:
    path, wanted = part
    name, _, lookup = path.partition("__")
    field: Any = row._meta.get_field(name)
    value = getattr(row, field.attname)
    return (value is None) == wanted if lookup == "isnull" else bool(value == wanted)
