"""What is done to customers beside creating, changing and deleting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from core.access import Actor
from core.records.services import record_create, record_update
from crm.customers.duplicates import refuse_duplicate
from crm.customers.models import Customer, Star, Tag
from tenants.people.models import User


@transaction.atomic
def customer_create(values: Mapping[str, Any], *, by: Actor, allow_duplicate: bool = False) -> Customer:
    """Add a customer.

    Raises:
        ValidationError: it is there already (code `duplicate`), unless `allow_duplicate`.
    """
    if not allow_duplicate:
        refuse_duplicate(values, by=by)
    return record_create(Customer(), values, by=by)


def customer_transfer(customer: Customer, *, by: Actor, owner: User) -> Customer:
    """转移: hand the customer over to another owner; it belongs to that owner's department from now on."""
    return record_update(customer, {"owner": owner}, by=by, verb="transfer")


def customer_tag(customer: Customer, *, by: Actor, tags: list[Tag]) -> Customer:
    """打标签: add tags, keep those it has."""
    return record_update(customer, {"tags": {*customer.tags.all(), *tags}}, by=by, verb="tag")


def customer_star(customer: Customer, *, by: Actor) -> None:
    """关注: keep an eye on the customer; nobody else sees it, so it is no change of the customer."""
    Star.objects.get_or_create(user_id=by.pk, customer=customer)


def customer_unstar(customer: Customer, *, by: Actor) -> None:
    """Keep no eye on it any more."""
    Star.objects.filter(user_id=by.pk, customer=customer).delete()
