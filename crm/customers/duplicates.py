"""查重: customers that are already there, found by name, phone and tax number, whoever they belong to.

Whose a customer is may be told to everybody who is about to enter it again; what stands in it may not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet, TextField
from django.utils.translation import gettext as _

from core.access import Actor
from core.db.locks import hold
from core.db.prepared import Among
from core.resources.registry import resource_of
from crm.customers.models import Customer
from crm.customers.names import company_key
from tenants.people.phones import PhoneField

SHOWN = 5
CHECKED = ("name", "phone", "tax_number")
MANY = "customers many"  # what is held by who enters many customers


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A customer like the one being entered: `fields` are those that agree; `url` is empty for who may not see it."""

    pk: int
    name: str
    owner: str
    fields: tuple[str, ...]
    url: str
    in_trash: bool


def duplicates_of(values: Mapping[str, Any], *, user: Actor, but: int | None = None) -> list[Duplicate]:
    """Customers that agree with `values` in the key of the name, the phone or the tax number; `but` is left out.

    A customer out of the user's sight is named as the user wrote it, with its owner: nothing else of it is told.
    """
    keys = _keys(values)
    if not keys:
        return []
    agreeing = Q(pk__in=[])
    for column, value in keys.values():
        agreeing |= Q(**{column: value})
    # Everybody's customers, those in the trash too: nobody is to enter again what is there.
    known = [] if but is None else [but]
    rows = list(Customer._base_manager.filter(agreeing).exclude(pk__in=known).select_related("owner")[:SHOWN])
    resource = resource_of(Customer)
    seen = set(resource.rows(user).filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
    return [
        Duplicate(
            row.pk,
            row.name if row.pk in seen else str(values.get("name") or ""),
            str(row.owner),
            tuple(field for field, (column, value) in keys.items() if getattr(row, column) == value),
            resource.record_url(row) if row.pk in seen else "",
            row.deleted_at is not None,
        )
        for row in rows
    ]


def refuse_duplicate(values: Mapping[str, Any], *, by: Actor) -> None:
    """Refuse a new customer that is there already; two who enter it at the same moment are one after the other here.

    To be called in the transaction that creates it.

    Raises:
        ValidationError: code `duplicate`, at the fields that agree.
    """
    # Those who enter one customer keep each other out of that one alone, and stand back from who enters many.
    hold(MANY, shared=True)
    for field, value in sorted(identity_of(values).items()):
        hold(f"customers {field}={value}")
    errors: dict[str, list[ValidationError]] = {}
    for found in duplicates_of(values, user=by):
        text = (
            _("“%(name)s” is in the trash; it belonged to %(owner)s.")
            if found.in_trash
            else _("“%(name)s” is a customer already; it belongs to %(owner)s.")
        )
        told = ValidationError(text % {"name": found.name, "owner": found.owner}, code="duplicate")
        errors.setdefault(found.fields[0], []).append(told)
    if errors:
        raise ValidationError(errors)


def enter_many(rows: Sequence[Mapping[str, Any]]) -> None:
    """Refuse new customers of which one is there already, or stands among them twice.

    To be called in the transaction that creates them: until its end nobody else enters a customer. A lock for each of
    thousands of names would be more than PostgreSQL has room for.

    Raises:
        ValidationError: code `duplicate`, of no field: whoever wants to know which one enters them one by one.
    """
    hold(MANY)
    keys = [pair for values in rows for pair in identity_of(values).items()]
    if len(set(keys)) < len(keys) or any(duplicates_of_many(rows)):
        raise ValidationError(_("Some of these customers are there already."), code="duplicate")


def identity_of(values: Mapping[str, Any]) -> dict[str, str]:
    """{field: value}: what no two customers should both have, in the form it is compared in."""
    return {field: value for field, (_column, value) in _keys(values).items()}


def duplicates_of_many(rows: Sequence[Mapping[str, Any]]) -> list[set[int]]:
    """For each of the rows the keys of the customers that `duplicates_of` would find, in three queries."""
    wanted: dict[str, dict[str, list[int]]] = {}
    for place, values in enumerate(rows):
        for column, value in _keys(values).values():
            wanted.setdefault(column, {}).setdefault(value, []).append(place)
    found: list[set[int]] = [set() for _row in rows]
    for column, places in wanted.items():
        for pk, value in having_any(column, places).values_list("pk", column):
            for place in places[value]:
                found[place].add(pk)
    return found


def having_any(column: str, values: Iterable[str]) -> QuerySet[Customer]:
    """Customers, those in the trash too, whose column has one of very many values, none of which is empty."""
    # That none is empty PostgreSQL has to be told: of more than a hundred values it does not see it by itself, and the
    # indexes are of what is not empty.
    return Customer._base_manager.filter(Among(column, values, TextField)).exclude(**{column: ""})


def _keys(values: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """{field: (the column it is compared in, the value there)}, for the fields that have one."""
    keys = {
        "name": ("name_key", company_key(str(values.get("name") or ""))),
        "phone": ("phone", PhoneField.normal(str(values.get("phone") or ""))),
        "tax_number": ("tax_number", "".join(str(values.get("tax_number") or "").split()).upper()),
    }
    return {field: pair for field, pair in keys.items() if pair[1]}
