"""What tests of customers begin with."""

from __future__ import annotations

from typing import Any

from core.access import Scope
from core.resources.registry import all_permissions
from crm.customers.models import Customer
from crm.customers.services import customer_create
from tenants.people.models import User
from tests.factories import make_user


def seller(name: str = "符蓉", **values: Any) -> User:
    """Somebody who may do everything with their own records."""
    return make_user(*sorted(all_permissions()), scope=Scope.OWN, name=name, **values)


def customer_of(owner: User, name: str = "深圳市云岭智能科技有限公司", **values: Any) -> Customer:
    """A customer that the user has created."""
    return customer_create({"name": name, "owner": owner, **values}, by=owner, allow_duplicate=True)
