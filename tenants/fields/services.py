"""What is done to the definitions of custom fields: atomic, logged, and in force with the next request of everybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from core.access import Actor
from core.jobs.services import enqueue
from core.records.custom import CHOOSING, MOST, PREFIX
from core.records.custom_values import values_count
from core.records.models import Option
from core.records.services import record_create, record_delete, record_purge, record_restore, record_update
from core.resources import Resource, registry
from tenants.fields.models import Field
from tenants.settings.services import custom_fields_changed


def modules() -> list[Resource]:
    """The modules that may be given fields, in the order of the menu; those that stand in none come last."""
    in_menu = [entry for _area, _group, entry in registry.in_menu() if isinstance(entry, Resource)]
    rest = [one for one in registry.resources.values() if one not in in_menu]
    return [one for one in [*in_menu, *rest] if one.takes_custom and one.model is not Field]


@transaction.atomic
def field_create(values: Mapping[str, Any], *, by: Actor) -> Field:
    """Add a field as the last one of its module; `options` are the names of what it offers, in their order.

    Raises:
        ValidationError: at `module`, when there is no such module or it has as many fields as a module may have.
    """
    custom_fields_changed()  # first of all: who adds a field to a company waits for who does so too
    module = str(values.get("module", ""))
    if module not in {one.name for one in modules()}:
        raise ValidationError({"module": ValidationError(_("There is no such module."), code="unknown_module")})
    _refuse_too_many(module)
    given = {name: value for name, value in values.items() if name != "options"}
    last = Field.objects.of_module(module).aggregate(last=models.Max("order"))["last"]
    field = record_create(Field(order=0 if last is None else last + 1), given, by=by)
    if field.kind in CHOOSING:
        for order, name in enumerate(values.get("options") or ()):
            record_create(Option(), {"kind": list_of(field), "name": name, "order": order}, by=by)
    return field


@transaction.atomic
def field_update(field: Field, values: Mapping[str, Any], *, by: Actor, version: int | None = None) -> Field:
    """Change what a field is called and asks for; module and kind stay what they are: its values depend on them.

    Raises:
        StaleRecord: the field was changed since `version`.
    """
    custom_fields_changed()
    given = {name: value for name, value in values.items() if name not in {"module", "kind", "options"}}
    return record_update(field, given, by=by, version=version)


@transaction.atomic
def fields_reorder(module: str, fields: Sequence[int], *, by: Actor) -> None:
    """Put the fields of a module in the order of the given ids; ValidationError unless it is all of them."""
    custom_fields_changed()
    rows = {field.pk: field for field in Field.objects.of_module(module)}
    if set(fields) != set(rows) or len(fields) != len(rows):
        raise ValidationError(_("The list was changed in the meantime. Reload the page."), code="stale")
    for order, pk in enumerate(fields):
        if rows[pk].order != order:
            record_update(rows[pk], {"order": order}, by=by, verb="move")


@transaction.atomic
def field_delete(field: Field, *, by: Actor) -> None:
    """Put a field in the trash: it is shown nowhere any more, its values stay until it is purged."""
    custom_fields_changed()
    record_delete(field, by=by)


@transaction.atomic
def field_restore(field: Field, *, by: Actor) -> None:
    """Take a field out of the trash, with its values.

    Raises:
        ValidationError: its label was given to another; the module has as many fields as a module may have.
    """
    custom_fields_changed()
    _refuse_too_many(field.module)
    record_restore(field, by=by)


@transaction.atomic
def field_purge(field: Field, *, by: Actor) -> None:
    """Remove a field for good; its values and files go in the background, its options at once."""
    custom_fields_changed()
    enqueue("fields.clear", {"resource": field.module, "name": f"{PREFIX}{field.pk}"}, by=by)
    for option in Option.objects.of_list(list_of(field)):
        record_delete(option, by=by)
    record_purge(field, by=by)


def field_uses(field: Field) -> int:
    """How many records have a value in the field, those in the trash included."""
    resource = registry.resources.get(field.module)
    return values_count(resource.model, f"{PREFIX}{field.pk}") if resource else 0


def list_of(field: Field) -> str:
    """The option list of a field that chooses."""
    return f"{PREFIX}{field.pk}"


def _refuse_too_many(module: str) -> None:
    if Field.objects.of_module(module).count() >= MOST:
        text = _("A module has at most %(most)s custom fields.") % {"most": MOST}
        raise ValidationError({"module": ValidationError(text, code="too_many")})
