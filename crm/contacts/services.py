"""What is done to contacts: the customer's primary contact and number follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models, transaction

from core.access import Actor
from core.records.history import changed_field, log_each
from core.records.services import (
    record_create,
    record_delete,
    record_restore,
    record_update,
    records_create,
    records_update,
)
from crm.contacts.models import Contact
from crm.customers.models import Customer


@transaction.atomic
def contact_create(values: Mapping[str, Any], *, by: Actor) -> Contact:
    """Add a contact; the first one of a customer is its primary contact."""
    contact = record_create(Contact(), values, by=by)
    customer = _locked(contact.customer_id)
    if customer.primary_contact_id is None:
        _become_primary(customer, contact, by=by)
    return contact


@transaction.atomic
def contacts_create(rows: Sequence[Mapping[str, Any]], *, by: Actor) -> list[Contact]:
    """Add many contacts, as `contact_create` adds one."""
    contacts = records_create(Contact, rows, by=by)
    first: dict[int, Contact] = {}
    for contact in contacts:
        first.setdefault(contact.customer_id, contact)
    without = _customers().filter(pk__in=first, primary_contact=None).order_by("pk").values_list("pk", flat=True)
    records_update(Customer, {pk: _as_primary(first[pk]) for pk in without}, by=by)
    return contacts


@transaction.atomic
def contacts_create_first(named: Sequence[tuple[Customer, str, int]], *, by: Actor) -> None:
    """Add the first contact of each of new customers, given as (customer, name, key that the customer has of it)."""

    def keyed(contacts: Sequence[Contact]) -> None:
        for contact, (_customer, _name, key) in zip(contacts, named, strict=True):
            contact.pk = key

    rows = [
        {"customer": customer, "name": name, "phone": customer.phone, "owner": customer.owner}
        for customer, name, _key in named
    ]
    contacts = records_create(Contact, rows, by=by, before=keyed)
    changes = [{"primary_contact": changed_field("primary_contact", None, contact)} for contact in contacts]
    log_each("change", [customer for customer, _name, _key in named], by=by, changes=changes)


@transaction.atomic
def contact_update(contact: Contact, values: Mapping[str, Any], *, by: Actor, version: int | None = None) -> Contact:
    """Change a contact; one that moves to another customer is primary nowhere, unless it is the first one there."""
    before = contact.customer_id
    contact = record_update(contact, values, by=by, version=version)
    if contact.customer_id != before:
        _leave(_locked(before), contact, by=by)
        customer = _locked(contact.customer_id)
        if customer.primary_contact_id is None:
            _become_primary(customer, contact, by=by)
    return contact


@transaction.atomic
def contact_make_primary(contact: Contact, *, by: Actor) -> Contact:
    """设为首要联系人: the one shown beside the customer; its number becomes the customer's."""
    _become_primary(_locked(contact.customer_id), contact, by=by)
    return contact


@transaction.atomic
def contact_delete(contact: Contact, *, by: Actor) -> None:
    """Put a contact in the trash; where it was primary, the oldest of the others takes its place."""
    record_delete(contact, by=by)
    _leave(_locked(contact.customer_id), contact, by=by)


@transaction.atomic
def contact_restore(contact: Contact, *, by: Actor) -> None:
    """Take a contact out of the trash; it is the primary one where there is none."""
    record_restore(contact, by=by)
    customer = _locked(contact.customer_id)
    if customer.primary_contact_id is None:
        _become_primary(customer, contact, by=by)


def _become_primary(customer: Customer, contact: Contact, *, by: Actor) -> None:
    record_update(customer, _as_primary(contact), by=by)


def _as_primary(contact: Contact) -> dict[str, Any]:
    """What a customer takes over from its primary contact."""
    return {"primary_contact": contact, **({"phone": contact.phone} if contact.phone else {})}


def _leave(customer: Customer, contact: Contact, *, by: Actor) -> None:
    if customer.primary_contact_id != contact.pk:
        return
    heir = Contact.objects.live().filter(customer=customer).exclude(pk=contact.pk).order_by("pk").first()
    if heir is None:
        record_update(customer, {"primary_contact": None}, by=by)
    else:
        _become_primary(customer, heir, by=by)


def _locked(pk: int) -> Customer:
    customer: Customer = _customers().get(pk=pk)
    return customer


def _customers() -> models.QuerySet[Customer]:
    return Customer.objects.select_for_update(no_key=True)
