"""The values that a step changed, kept so that it can be taken back: put there again, unless somebody was quicker."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _

from core.access import Actor
from core.records.services import StaleRecord
from core.resources import ActionRefused, Resource

VALUES, VERSION = "values", "version"
Former = dict[str, Any]
"""JSON: the former values by field, and the version that the step left."""


def values_of(record: Any, names: Iterable[str]) -> dict[str, Any]:
    """The values of these fields as JSON keeps them."""
    return {name: _raw(record, record._meta.get_field(name)) for name in names}


def put_back(resource: Resource, record: Any, former: Mapping[str, Any], *, by: Actor) -> None:
    """Give the record its former values; ActionRefused when it was changed since, or these are gone."""
    values = {name: _value(record, name, raw) for name, raw in former[VALUES].items()}
    try:
        resource.update(record, values, by=by, version=former[VERSION])
    except StaleRecord as stale:
        told = _("“%(record)s” was changed again since: it stays as it is.")
        raise ActionRefused(told % {"record": stale.current}) from stale


def _raw(record: Any, field: Any) -> Any:
    if field.many_to_many:
        return sorted(getattr(record, field.name).values_list("pk", flat=True))
    value = getattr(record, field.attname)
    return value if value is None or isinstance(value, bool | int | str) else DjangoJSONEncoder().default(value)


def _value(record: Any, name: str, raw: Any) -> Any:
    field = record._meta.get_field(name)
    if not field.is_relation:
        return field.to_python(raw)
    keys = raw if field.many_to_many else [] if raw is None else [raw]
    rows = list(field.related_model.objects.known(keys))
    if len(rows) < len(keys):
        raise ActionRefused(_("What it named before no longer exists."))
    return rows if field.many_to_many else next(iter(rows), None)
