"""Where the values of a record lead: a related record to its page, a phone number to the phone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from operator import attrgetter
from typing import Any

from django.contrib.auth import get_user_model

from core.access import Actor, Owned
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
    return target.record_url(shown.value) if _is_seen(shown.value, target, user, beside=shown.record) else ""


def _is_seen(value: Any, target: Resource, user: Actor, *, beside: Any) -> bool:
    """Whether the user sees the related record; asked for only where rights and the record beside it do not tell."""
    reach = user.access.reach(target.permission("view"))
    if reach.nothing:
        return False
    rule = getattr(target.model, "access_rule", None) or Owned()
    known = rule.within(reach, user.pk) is None and _is_known_to_live(value)
    if known and (target.parent is None or _hangs_on(value, target.parent, beside)):
        return True
    return bool(target.rows(user).filter(pk=value.pk).exists())


def _is_known_to_live(record: Any) -> bool:
    """Whether the record is known, without asking, not to be in the trash."""
    if not record.has_trash():
        return True
    return "deleted_at" not in record.get_deferred_fields() and record.deleted_at is None


def _hangs_on(value: Any, parent: str, record: Any) -> bool:
    field: Any = value._meta.get_field(parent)
    if not isinstance(record, field.related_model) or not _is_known_to_live(record):
        return False
    return field.attname not in value.get_deferred_fields() and getattr(value, field.attname) == record.pk


def parent_links(resource: Resource, user: Actor, records: Collection[Any]) -> Mapping[int, str]:
    """{key of a record: the address of the page of the record it hangs on}, as far as the user sees that one."""
    if resource.parent is None:
        return {}
    field: Any = resource.model._meta.get_field(resource.parent)
    target, above = resource_of(field.related_model), attrgetter(field.attname)
    keys = {above(record) for record in records}
    seen = set(target.rows(user).filter(pk__in=keys).values_list("pk", flat=True))
    return {record.pk: f"{target.url}{above(record)}/" for record in records if above(record) in seen}
