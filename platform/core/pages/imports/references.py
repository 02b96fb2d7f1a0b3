"""Names in cells, and the records that are meant: within what the form offers, asked for many rows at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from core.access import Actor
from core.resources import Resource
from core.resources.registry import resource_of
from core.resources.searching import searched

FEW = 2_000
"""Up to so many records are read as a whole, and found whatever the case; of more, those that the cells name."""


class Ambiguous(ValueError):
    """Several records are called so."""


class References:
    """The records that a field offers, by what they are called.

    A record is found by its text, and by the fields that its picker searches: of users the login name and the employee
    number, too.
    """

    def __init__(self, rows: models.QuerySet[Any], user: Actor) -> None:
        self._rows = rows
        self._names = _names(rows.model, user)
        self._found: dict[str, dict[int, models.Model]] = defaultdict(dict)
        few = list(rows[: FEW + 1])
        self._all = len(few) <= FEW
        self._asked: set[str] = set()
        self.records: dict[int, models.Model] = {}
        if self._all:
            self._keep(few)

    def prepare(self, texts: Iterable[str]) -> None:
        """Read what the texts may name."""
        new = set(texts) - self._asked
        if self._all or not new:
            return
        self._asked |= new
        condition = Q(pk__in=[])
        for name in self._names:
            condition |= Q(**{f"{name}__in": new})
        self._keep(self._rows.filter(condition))

    def key(self, text: str) -> str:
        """The key of the record, or what the form will refuse; Ambiguous where several are called so."""
        found = self._found.get(text.strip().casefold(), {})
        if len(found) > 1:
            raise Ambiguous(
                _("%(count)s records are called “%(name)s”. Write something that only one of them has: %(fields)s.")
                % {"count": len(found), "name": text[:60], "fields": " / ".join(self._labels)}
            )
        if found:
            return str(next(iter(found)))
        # A space makes a number that is a name unlike the key of another record.
        return f" {text} " if text.isdigit() else text

    def also(self, records: Iterable[models.Model]) -> None:
        """Have records at hand by key that need not be offered: what a form holds already."""
        self.records |= {record.pk: record for record in records}

    @property
    def _labels(self) -> list[str]:
        fields: list[Any] = [self._rows.model._meta.get_field(name) for name in self._names]
        return [str(field.verbose_name) for field in fields]

    def _keep(self, records: Iterable[models.Model]) -> None:
        for record in records:
            self.records[record.pk] = record
            for text in {str(record), *(str(getattr(record, name)) for name in self._names)}:
                if text:
                    self._found[text.strip().casefold()][record.pk] = record


def names_of(rows: models.QuerySet[Any], most: int) -> list[str]:
    """What the first records are called, for the sheet of what may be chosen; none at all if there are more."""
    found = [str(record) for record in rows[: most + 1]]
    return found if len(found) <= most else []


def _names(model: type[models.Model], user: Actor) -> list[str]:
    """The fields that a record may be named by: those that its picker searches in, as far as they are its own."""
    try:
        resource: Resource | None = resource_of(model)
    except KeyError:
        resource = None
    found = [path for path in searched(resource, user) if "__" not in path] if resource else []
    return found or [field.name for field in model._meta.concrete_fields if field.name == "name"]


Lookups = Mapping[str, References]
