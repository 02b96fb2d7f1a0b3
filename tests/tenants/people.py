"""People for tests of the company's own modules."""

from typing import Any

from core.access import Scope
from tenants.people.models import Department, User
from tenants.roles.models import Role


def make_role(*users: Any, code: str = "sales", permissions: tuple[str, ...] = (), **values: Any) -> Role:
    """A role with the permissions, held by the users."""
    values.setdefault("name", f"role {code}")
    values.setdefault("scope", Scope.ALL)
    role = Role.objects.create(code=code, permissions=list(permissions), **values)
    role.users.set(users)
    return role


def make_person(username: str, **values: Any) -> User:
    """A user who may sign in with the password `secret-1`."""
    user = User(username=username, name=values.pop("name", username), **values)
    user.set_password("secret-1")
    user.save()
    return user


def make_administrator(username: str = "qin.chen", **values: Any) -> User:
    """A user with the administrators' role, which is made if need be."""
    user = make_person(username, **values)
    role, _made = Role.objects.get_or_create(
        code="administrator", defaults={"name": "Administrators", "scope": Scope.ALL, "is_administrator": True}
    )
    role.users.add(user)
    return user


def make_unit(name: str, code: str, parent: Department | None = None, **values: Any) -> Department:
    """A unit of the organisation, the last one below its parent."""
    order = Department.objects.filter(parent=parent).count()
    return Department.objects.create(name=name, code=code, parent=parent, order=order, **values)


def fresh(user: User) -> User:
    """The user as the next request sees them."""
    found: User = User.objects.get_queryset().get(pk=user.pk)
    return found


def code_of(raised: Any, field: str | None = None) -> str:
    """The code of the first error, at the field if one is named."""
    errors = raised.value.error_dict[field] if field else raised.value.error_list
    return str(errors[0].code)


def codes_of(raised: Any) -> set[str]:
    """The codes of all errors, wherever they stand."""
    error = raised.value
    lists = error.error_dict.values() if hasattr(error, "error_dict") else [error.error_list]
    return {one.code for errors in lists for one in errors}
