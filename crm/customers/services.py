"""What is done to customers beside creating, changing and deleting."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import transaction

from core.access import Actor
from core.db.copying import next_keys
from core.db.prepared import Among, Given, Prepared
from core.records.base import Stored
from core.records.services import record_create, record_update, records_create
from crm.customers.duplicates import enter_many, refuse_duplicate
from crm.customers.models import Customer, Star, Tag
from crm.customers.reminders import customer_remind, customers_remind
from tenants.people.models import User

_stars = Prepared(lambda: Star.objects.filter(Among("customer", Given("keys")), user=Given("user")))

REMINDED = frozenset({"next_contact_at", "owner"})
FORM_ONLY = frozenset({"contact_name", "allow_duplicate"})  # fields of the form that are none of the record


@transaction.atomic
def customer_create(
    values: Mapping[str, Any], *, by: Actor, allow_duplicate: bool = False, contact_name: str = ""
) -> Customer:
    """Add a customer, with a primary contact of that name and the customer's number if there is one.

    Raises:
        ValidationError: it is there already (code `duplicate`), unless `allow_duplicate`.
    """
    if not allow_duplicate:
        refuse_duplicate(values, by=by)
    customer = record_create(Customer(), values, by=by)
    if customer.next_contact_at:
        customer_remind(customer)
    return _with_contact(customer, contact_name, by=by)


@transaction.atomic
def customers_create(rows: Sequence[Mapping[str, Any]], *, by: Actor) -> list[Customer]:
    """Add many customers, as `customer_create` adds one that is not there already.

    Raises:
        ValidationError: one of them is there already (code `duplicate`), or twice among them; none is added then.
    """
    enter_many(rows)
    own = [{name: value for name, value in values.items() if name not in FORM_ONLY} for values in rows]
    contacts = _FirstContacts([str(values.get("contact_name") or "") for values in rows])
    customers = records_create(Customer, own, by=by, before=contacts.reserve)
    customers_remind(customers)
    contacts.store(by=by)
    return customers


class _FirstContacts:
    """The primary contacts of new customers, whose keys the customers have before any of them is stored.

    A customer stored without, and changed once the contact is there, would be written twice, with all its indexes.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._named: list[tuple[Customer, str, int]] = []

    def reserve(self, customers: Sequence[Customer]) -> None:
        """Give the customers the keys of their contacts, in the version in which they have them."""
        from crm.contacts.models import Contact  # contacts hang on customers, and are one family with them

        having = [pair for pair in zip(customers, self._names, strict=True) if pair[1]]
        keys = next_keys(Contact, len(having))
        self._named = [(customer, name, key) for (customer, name), key in zip(having, keys, strict=True)]
        for customer, _name, key in self._named:
            customer.primary_contact_id = key
            customer.version += 1

    def store(self, *, by: Actor) -> None:
        """Store the contacts; the log tells of each that it became the primary one, as it does of one entered alone."""
        from crm.contacts.services import contacts_create_first

        contacts_create_first(self._named, by=by)


def first_contacts_of(pks: Collection[int]) -> Mapping[type[Stored], Mapping[int, int]]:
    """The contacts that customers of these keys were entered with, each with its customer: their primary ones.

    To be asked of customers that nobody changed since. One that got its first contact later changed by that.
    """
    from crm.contacts.models import Contact

    having = Customer._base_manager.filter(pk__in=pks, primary_contact__isnull=False)
    return {Contact: dict(having.values_list("primary_contact", "pk"))}


def _with_contact(customer: Customer, name: str, *, by: Actor) -> Customer:
    """A new customer with a primary contact of the name, if there is one."""
    from crm.contacts.services import contact_create

    if not name:
        return customer
    contact_create({"customer": customer, "name": name, "phone": customer.phone, "owner": customer.owner}, by=by)
    stored: Customer = Customer.objects.get(pk=customer.pk)
    return stored


@transaction.atomic
def customer_update(
    customer: Customer, values: Mapping[str, Any], *, by: Actor, version: int | None = None, verb: str = "change"
) -> Customer:
    """Change a customer; its reminders follow the next contact and the owner."""
    changed = record_update(customer, values, by=by, version=version, verb=verb)
    if REMINDED & values.keys():
        customer_remind(changed)
    return changed


def customer_transfer(customer: Customer, *, by: Actor, owner: User) -> Customer:
    """转移: hand the customer over to another owner; it belongs to that owner's department from now on."""
    return customer_update(customer, {"owner": owner}, by=by, verb="transfer")


def customer_tag(customer: Customer, *, by: Actor, tags: list[Tag]) -> Customer:
    """打标签: add tags, keep those it has."""
    return record_update(customer, {"tags": {*customer.tags.all(), *tags}}, by=by, verb="tag")


def customer_star(customer: Customer, on: bool, *, by: Actor) -> None:
    """关注: keep an eye on the customer, or no longer; nobody else sees it, so it is no change of the customer."""
    if on:
        Star.objects.get_or_create(user_id=by.pk, customer=customer)
    else:
        Star.objects.filter(user_id=by.pk, customer=customer).delete()


def customers_starred(user: Actor, ids: Collection[int]) -> set[int]:
    """Those of the customers that the user has starred."""
    return {star.customer_id for star in _stars(user=user.pk, keys=list(ids))} if ids else set()
