"""New records by the thousand: made and filled as `Model()` and `setattr` would, without asking the same of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import models
from django.db.models.base import ModelState
from django.db.models.query_utils import DeferredAttribute

from core.access import Actor
from core.records.base import Stored
from core.records.custom import CustomField, Kind, parted

Setter = Callable[[Any, Any], None]


def maker(model: type[models.Model]) -> Callable[[], Any]:
    """What makes new records of a model as `model()` does, past `__init__`, which looks at every field by itself."""
    if model.__init__ is not models.Model.__init__:
        return model
    same: dict[str, Any] = {}
    each: list[tuple[str, Callable[[], Any]]] = []
    for field in model._meta.concrete_fields:
        if field.generated:
            continue
        if (field.has_default() and callable(field.default)) or field.has_db_default():
            each.append((field.attname, field.get_default))
        else:
            same[field.attname] = field.get_default()

    def make() -> models.Model:
        record = model.__new__(model)
        record._state = ModelState()
        held = record.__dict__
        held.update(same)
        for name, default in each:
            held[name] = default()
        return record

    return make


class Filler:
    """Makes new records of one model out of values. How each is set is found out once for all rows of the same names.

    ValidationError for a custom field that is gone.
    """

    def __init__(self, model: type[Stored]) -> None:
        self._model = model
        self._make = maker(model)
        self._plans: dict[tuple[str, ...], _Plan] = {}

    def filled(self, values: Mapping[str, Any]) -> tuple[Any, dict[str, list[Any]]]:
        """A new record, unsaved, with the values of its own columns, and those of its many-to-many fields."""
        names = tuple(values)
        plan = self._plans.get(names)
        if plan is None:
            plan = self._plans[names] = _Plan(self._model, values)
        record = self._make()
        for name, put in plan.own:
            put(record, values[name])
        if plan.custom:
            kept = {field.name: field.kept(values[field.name]) for field in plan.custom}
            record.custom |= {name: value for name, value in kept.items() if value is not None}
        return record, {name: list(values[name]) for name in plan.many}


class _Plan:
    """Which values go where; files of custom fields come when the record has its key."""

    def __init__(self, model: type[Stored], values: Mapping[str, Any]) -> None:
        own, custom = parted(model, values)
        self.many = [name for name in own if _is_many(model, name)]
        self.own = [(name, _setter(model, name)) for name in own if name not in self.many]
        self.custom: list[CustomField] = [field for field in custom if field.type != Kind.FILE]


def _is_many(model: type[models.Model], name: str) -> bool:
    return bool(getattr(model._meta.get_field(name), "many_to_many", False))


def _setter(model: type[models.Model], name: str) -> Setter:
    """What does to a new record what `setattr` does, the model being asked once what that is."""
    field: Any = model._meta.get_field(name)
    if type(getattr(model, name, None)) is DeferredAttribute:

        def put(record: Any, value: Any) -> None:
            record.__dict__[name] = value

        return put
    if field.many_to_one and type(getattr(model, name)) is field.forward_related_accessor_class:
        key, other = field.attname, field.target_field.attname

        def refer(record: Any, value: Any) -> None:
            record.__dict__[key] = None if value is None else getattr(value, other)
            record._state.fields_cache[name] = value

        return refer

    def ask(record: Any, value: Any) -> None:
        setattr(record, name, value)

    return ask


def belong(record: Any, by: Actor, *, at_hand: bool = False) -> None:
    """Let a new record be somebody's, its maker's unless it says whose, and belong to that owner's department.

    `at_hand`: the maker is a whole user, so that none is read for each of many records.
    """
    record.created_by_id = by.pk
    if record.owner_id is None:
        if at_hand:
            record.owner = by
        else:
            record.owner_id = by.pk
    follow_owner(record)


def follow_owner(record: Any) -> None:
    """A record belongs to the department of its owner."""
    record.department_id = record.owner.department_id
