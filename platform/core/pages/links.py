"""Where the values of a record lead: a related record to its page, a phone number to the phone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from operator import attrgetter
from typing import Any

from django.contrib.auth import get_user_model

from core.access import Actor
from core.resources import Resource
from core.resources.columns import Cell, exists
from core.resources.registry import resource_of


def link_of(shown: Cell, resource: Resource, user: Actor) -> str:
    """The address that a value leads to; empty when it leads nowhere, or where the user sees nothing.

    A model field that a device can open itself says so by its `scheme` (`tel`).
    """
    if shown.masked or not shown.text or not exists(resource.model, shown.column.name):
        return ""
    field: Any = resource.model._meta.get_field(shown.column.name)
    if scheme := getattr(field, "scheme", ""):
        return f"{scheme}:{shown.text}"
    if shown.column.kind != "relation" or isinstance(shown.value, get_user_model()):
        return ""
    try:
        target = resource_of(type(shown.value))
    except KeyError:
        return ""
    return target.record_url(shown.value) if target.rows(user).filter(pk=shown.value.pk).exists() else ""


def parent_links(resource: Resource, user: Actor, records: Collection[Any]) -> Mapping[int, str]:
    """{key of a record: the address of the page of the record it hangs on}, as far as the user sees that one."""
    if resource.parent is None:
        return {}
    field: Any = resource.model._meta.get_field(resource.parent)
    target, above = resource_of(field.related_model), attrgetter(field.attname)
    keys = {above(record) for record in records}
    seen = set(target.rows(user).filter(pk__in=keys).values_list("pk", flat=True))
    return {record.pk: f"{target.url}{above(record)}/" for record in records if above(record) in seen}
