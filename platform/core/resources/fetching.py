"""Records by their keys, with what the columns of a list need: each table is asked once, by questions made once.

Nothing of a company may stand in these questions: they serve all.

One query with a join for each relation takes PostgreSQL longer to plan than to answer, and Django longer to write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.db import models
from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from core.db.prepared import Among, Given, Prepared
from core.records.searching import GramsField
from core.resources.columns import fetched_as


class Fetching:
    """Fetches records of a model, and with them the records that some of their fields lead to.

    `one` are fields that lead to one record, with whether that is only named; `many` are relations to many.
    """

    def __init__(self, model: type[models.Model], one: Mapping[str, bool], many: Sequence[str]) -> None:
        self._records = by_keys(model, lambda rows: rows.defer(*heavy_fields(model)))
        self._one = _by_target(model, one)
        linked = {name: model._meta.get_field(name) for name in many}
        self._many = [
            _Links(name, field) for name, field in linked.items() if isinstance(field, models.ManyToManyField)
        ]
        # As plain lists: a query set for each of the rows takes longer than all the rest.
        self._others = [
            Prefetch(name, to_attr=fetched_as(name))
            for name, field in linked.items()
            if not isinstance(field, models.ManyToManyField)
        ]

    def __call__(self, keys: Sequence[int]) -> list[Any]:
        """The records of these keys in their order; those that are gone are left out."""
        if not keys:
            return []
        found = {record.pk: record for record in self._records(keys=list(keys))}
        records = [found[key] for key in keys if key in found]
        for names, ask in self._one:
            _attach(records, names, ask)
        for links in self._many:
            links.attach(records)
        prefetch_related_objects(records, *self._others)
        return records


def heavy_fields(model: type[models.Model]) -> list[str]:
    """The fields that no column shows: grams are half of a row, and for the index alone."""
    return [field.name for field in model._meta.concrete_fields if isinstance(field, GramsField)]


def by_keys(
    model: type[models.Model], more: Callable[[QuerySet[Any]], QuerySet[Any]] = lambda rows: rows
) -> Prepared[Any]:
    """The question for the rows of a model that have the `keys`."""
    return Prepared(lambda: more(model._base_manager.filter(Among("pk", Given("keys")))))


def _by_target(model: type[models.Model], one: Mapping[str, bool]) -> list[tuple[list[tuple[str, str]], Prepared[Any]]]:
    """[(names and columns of the fields, the question)] for each model that the fields lead to."""
    targets: dict[Any, list[str]] = {}
    for name in one:
        targets.setdefault(model._meta.get_field(name).related_model, []).append(name)
    asked = []
    for target, names in targets.items():
        kept = getattr(target, "named_by", ()) if all(one[name] for name in names) else ()
        ask = by_keys(target, lambda rows, kept=kept: rows.only(*kept) if kept else rows)  # type: ignore[misc]
        asked.append(([(name, str(model._meta.get_field(name).attname)) for name in names], ask))  # type: ignore[union-attr]
    return asked


def _attach(records: Iterable[Any], names: Sequence[tuple[str, str]], ask: Prepared[Any]) -> None:
    keys = {getattr(record, column) for record in records for _name, column in names} - {None}
    found = {row.pk: row for row in ask(keys=list(keys))} if keys else {}
    for record in records:
        cache = record._state.fields_cache
        for name, column in names:
            key = getattr(record, column)
            if key in found:
                cache[name] = found[key]


class _Links:
    """What a relation to many leads to, through its table of links."""

    def __init__(self, name: str, field: models.ManyToManyField[Any, Any]) -> None:
        self._kept_in = fetched_as(name)
        through: Any = field.remote_field.through
        near, far = (
            through._meta.get_field(field.m2m_field_name()),
            through._meta.get_field(field.m2m_reverse_field_name()),
        )
        self._near, self._far = near.attname, far.attname
        self._links = Prepared[Any](lambda: through._base_manager.filter(Among(near.name, Given("keys"))))
        target: Any = field.related_model
        self._targets = by_keys(target, lambda rows: rows.order_by(*(target._meta.ordering or ["pk"])))

    def attach(self, records: Sequence[Any]) -> None:
        """Put a list of what it is linked with into each record, in the usual order of these."""
        linked: dict[int, list[Any]] = {}
        for link in self._links(keys=[record.pk for record in records]):
            linked.setdefault(getattr(link, self._far), []).append(getattr(link, self._near))
        lists: dict[int, list[Any]] = {record.pk: [] for record in records}
        for target in self._targets(keys=list(linked)) if linked else ():
            for key in linked[target.pk]:
                lists[key].append(target)
        for record in records:
            setattr(record, self._kept_in, lists[record.pk])
