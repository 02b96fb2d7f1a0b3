"""Administrators: a company always has one who can sign in, and only they lay hands on one another.

Roles stand above people, so administrators are told by what the roles come to (`User.roles`), not by name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tenants.people.models import User


def administrators() -> QuerySet[User]:
    """The administrators who can sign in."""
    rows: QuerySet[User] = User.objects.get_queryset().with_seat()
    return rows.filter(roles__is_administrator=True, roles__state="active")


def out_of_reach(keys: Collection[int], *, by: User) -> set[int]:
    """Those of the users on whom only an administrator lays hands, which `by` is not.

    An administrator is who has the administrators' role; those who may not sign in count, too.
    """
    if by.access.administrator:
        return set()
    rows: QuerySet[User] = User.objects.get_queryset()
    return set(rows.filter(pk__in=keys, roles__is_administrator=True).values_list("pk", flat=True))


def hold_administrators() -> None:
    """Lock all administrators, in one order, before anything else is locked in the transaction.

    Two administrators who remove one another wait here, and the second finds out that the first is gone.
    """
    list(administrators().select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))


def keep_an_administrator(*, without: Iterable[User] = (), field: str | None = None) -> None:
    """Refuse to leave the company without an administrator; to be called after `hold_administrators`.

    Args:
        without: who is about to be no administrator any more; empty when they have ceased to be already.
        field: where the error stands.

    Raises:
        ValidationError: with the code `last_administrator`.
    """
    leaving = {user.pk for user in without}
    held = set(administrators().values_list("pk", flat=True))
    if held - leaving or (leaving and not leaving & held):
        return
    error = ValidationError(_("A company needs at least one administrator who can sign in."), code="last_administrator")
    raise ValidationError({field: error}) if field else error


def refuse_strangers(user: User, *, by: User) -> None:
    """Refuse what only an administrator may do to an administrator (change, reset, remove, act as).

    Raises:
        ValidationError: with the code `administrators_only`.
    """
    if out_of_reach([user.pk], by=by):
        raise ValidationError(_("Only an administrator can do this to an administrator."), code="administrators_only")
