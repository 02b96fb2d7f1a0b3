"""The values of one custom field in all records of a module: counted, looked for, and taken out of them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.expressions import CombinedExpression

from core.access import guarded
from core.records.attachments import files_drop


def values_count(model: type[models.Model], name: str) -> int:
    """How many records have a value in the field, those in the trash included."""
    count: int = _having(model, name).count()
    return count


def option_count(model: type[models.Model], name: str, pk: int) -> int:
    """How many records have chosen the option in the field, alone or among others."""
    return model._base_manager.filter(Q(custom__contains={name: pk}) | Q(custom__contains={name: [pk]})).count()


def values_clear(model: type[models.Model], name: str, *, most: int) -> int:
    """Take the field out of up to `most` records, its files too; how many there were.

    The records' versions stay: what is taken away was shown nowhere any more.
    """
    pks = list(_having(model, name).order_by("pk").values_list("pk", flat=True)[:most])
    files_drop(guarded(model).name, name, pks)
    without: Any = CombinedExpression(F("custom"), "-", Value(name, output_field=models.TextField()))
    model._base_manager.filter(pk__in=pks).update(custom=without)
    return len(pks)


def _having(model: type[models.Model], name: str) -> Any:
    return model._base_manager.filter(custom__has_key=name)
