"""A company with one custom field of each kind on a module, and a row that has a value in each."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from core.records.custom import CHOOSING, CustomField, Kind, custom_fields
from core.resources import Resource
from core.resources.registry import resources
from tenants.fields.services import field_create
from tenants.people.models import User
from tests.factories import make

EVERY = [one for one in resources.values() if one.takes_custom]
OPTIONS = ["Gold level", "Silver level"]
TEXT, FILE = "CANARY text", "CANARY.txt"


@dataclass(frozen=True)
class Filled:
    """The fields by kind, and a row with a value in each."""

    resource: Resource
    fields: dict[str, CustomField]
    row: Any
    colleague: User

    def name(self, kind: str) -> str:
        """The name of the field of the kind."""
        return self.fields[kind].name

    @property
    def shown(self) -> dict[str, str]:
        """What a person reads of each value."""
        return {
            Kind.TEXT: TEXT,
            Kind.NUMBER: "12.5",
            Kind.MONEY: "1,234,567.80",
            Kind.DATE: "2026-05-04",
            Kind.CHOICE: "Gold level",
            Kind.CHOICES: "Gold level、Silver level",
            Kind.USER: str(self.colleague),
            Kind.FILE: FILE,
        }


def one_of_each(resource: Resource, *, by: User) -> dict[str, CustomField]:
    """One field of each kind on the module, in use at once."""
    for kind in Kind:
        options = {"options": OPTIONS} if kind in CHOOSING else {}
        field_create({"module": resource.name, "label": f"Own {kind}", "kind": kind, **options}, by=by)
    return {field.type: field for field in custom_fields(resource.name)}


def values_of(fields: dict[str, CustomField], colleague: User) -> dict[str, Any]:
    """A value for each of the fields, as a service takes it."""
    gold, silver = fields[Kind.CHOICES].options
    return {
        fields[kind].name: value
        for kind, value in {
            Kind.TEXT: TEXT,
            Kind.NUMBER: Decimal("12.5"),
            Kind.MONEY: Decimal("1234567.80"),
            Kind.DATE: datetime.date(2026, 5, 4),
            Kind.CHOICE: fields[Kind.CHOICE].options[0],
            Kind.CHOICES: [gold, silver],
            Kind.USER: colleague,
            Kind.FILE: SimpleUploadedFile(FILE, b"CANARY content"),
        }.items()
    }


def filled(resource: Resource, *, by: User) -> Filled:
    """The module with its fields and a row, filled through its own service."""
    fields = one_of_each(resource, by=by)
    colleague = make(User, mark="colleague", name="Colleague Canary")
    row = make(resource.model, by=make(User))
    resource.update(row, values_of(fields, colleague), by=by)
    return Filled(resource, fields, type(row)._base_manager.get(pk=row.pk), colleague)
