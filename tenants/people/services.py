"""What is done to users: atomic, logged, within the licence.

Values come checked from the form, which page, import and API share. What several people may do at the same time (the
last seat, the last administrator, a circle of superiors) is checked here again, under locks.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.db import current_company
from core.live.sending import close_sockets
from core.records import verbs
from core.records.custom import is_custom
from core.records.history import log
from core.records.services import record_create, record_delete, record_purge, record_restore, record_update
from tenants.companies.seats import SeatsExhausted, take_seat
from tenants.people.administrators import hold_administrators, keep_an_administrator, refuse_strangers
from tenants.people.models import User
from tenants.people.owned import follow_department, hand_over, leave_posts, owned_by

verbs.declare(
    sign_in=gettext_lazy("Sign in"),
    sign_in_failed=gettext_lazy("Failed sign-in"),
    sign_out=gettext_lazy("Sign out"),
    password_change=gettext_lazy("Change password"),
    password_reset=gettext_lazy("Password reset by e-mail"),
    reset_password=gettext_lazy("Reset password"),
    hand_over=gettext_lazy("Hand over records"),
    switch=gettext_lazy("Switch to this user"),
    switch_back=gettext_lazy("Switch back"),
)

# Without the letters and digits that are taken for one another when read aloud or from paper.
LEGIBLE = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
PASSWORD_LENGTH = 12


def temporary_password() -> str:
    """A random password that can be read out: 12 characters, about 69 bits, with at least one digit."""
    while True:
        password = "".join(secrets.choice(LEGIBLE) for _position in range(PASSWORD_LENGTH))
        if any(character.isdigit() for character in password) and not password.isdigit():
            return password


@transaction.atomic
def user_create(values: Mapping[str, Any], *, password: str | None, by: User | None) -> User:
    """Add a user to the company, within the licence.

    Args:
        values: the user's fields, `roles` among them.
        password: what the user signs in with at first; None leaves the user without one until it is reset.
        by: who adds the user; None when a company gets its first one, who then stands in the log as their own maker.

    Raises:
        ValidationError: at the fields it concerns; a full licence at `is_active`, with the code `seats_exhausted`.
    """
    user = User(**{name: value for name, value in values.items() if name != "roles" and not is_custom(name)})
    user.full_clean(exclude=["password"])
    if by is not None:
        check_roles(user, set(), set(values.get("roles", ())), by=by)
    if password is None:
        user.set_unusable_password()
    else:
        _check_password(password, user)
        user.set_password(password)
    if user.is_active:
        _take_seat()
    as_given = {name for name in values if name == "roles" or is_custom(name)}
    cleaned = {name: value if name in as_given else getattr(user, name) for name, value in values.items()}
    return record_create(user, cleaned, by=by or user)


@transaction.atomic
def user_update(user: User, values: Mapping[str, Any], *, by: User, version: int | None = None) -> User:
    """Change a user; who may sign in, the roles and the department act on the user's next request.

    Raises:
        ValidationError: what may not be changed, at its field; at `is_active` when the licence is full.
        StaleRecord: the user was changed since `version`.
    """
    # Locks that span several users come first and in one order, so that two changes wait rather than deadlock.
    hold_administrators()
    if values.get("manager") is not None:
        _hold_everybody()
    before = User.objects.get_queryset().select_for_update(of=("self",), no_key=True).get(pk=user.pk)
    refuse_strangers(before, by=by)
    active = values.get("is_active", before.is_active)
    if active and not before.is_active:
        _take_seat()
    if before.is_active and not active:
        _refuse_oneself(before, by, _("You can't take away your own right to sign in."), field="is_active")
        keep_an_administrator(without=[before], field="is_active")
    if "roles" in values:
        related: Any = before
        check_roles(before, set(related.roles.all()), set(values["roles"]), by=by)
    if values.get("manager") is not None:
        _refuse_circle(before, values["manager"])
    changed: User = record_update(before, values, by=by, version=version)
    if changed.version == before.version:
        return changed
    if before.is_active and not active:
        end_sign_ins(changed)
    if changed.department_id != before.department_id:
        follow_department(changed)
    close_sockets(current_company(), changed.pk)
    return changed


def user_set_active(user: User, active: bool, *, by: User) -> User:
    """Let a user sign in (允许登录), which takes a seat, or no longer, which ends their sign-ins and frees it.

    Raises:
        ValidationError: the licence is full; oneself; the last administrator.
    """
    return user_update(user, {"is_active": active}, by=by)


@transaction.atomic
def user_delete(user: User, *, hand_over_to: User | None, by: User) -> None:
    """Put a user in the trash, after handing over what they own; their seat is free and their sign-ins end.

    Args:
        user: who leaves.
        hand_over_to: who takes over their records, departments and reports; needed when there are records.
        by: who does it.

    Raises:
        ValidationError: oneself; the last administrator; nobody named to take over, at `hand_over_to`.
    """
    hold_administrators()
    locked: User = User.objects.get_queryset().live().select_for_update(of=("self",), no_key=True).get(pk=user.pk)
    refuse_strangers(locked, by=by)
    _refuse_oneself(locked, by, _("You can't delete yourself."))
    keep_an_administrator(without=[locked])
    if hand_over_to is not None:
        if hand_over_to.pk == locked.pk or not hand_over_to.is_active or hand_over_to.deleted_at is not None:
            raise _at("hand_over_to", _("Choose a colleague who can sign in."), "invalid")
        hand_over(locked, to=hand_over_to, by=by)
    else:
        if owned := owned_by(locked):
            listed = "、".join(f"{one.label} {one.count}" for one in owned)
            text = _("“%(user)s” still owns records (%(list)s). Choose who takes them over.")
            raise _at("hand_over_to", text % {"user": locked, "list": listed}, "owns_records")
        leave_posts(locked, to=None)
    # Restored, a user comes back unable to sign in: whoever lets them in takes a seat for it.
    User.objects.get_queryset().filter(pk=locked.pk).update(is_active=False)
    locked.is_active = False
    record_delete(locked, by=by)
    end_sign_ins(locked)


@transaction.atomic
def user_restore(user: User, *, by: User) -> None:
    """Take a user out of the trash, barred until somebody lets them in; ValidationError when a name is taken."""
    user.deleted_at = None
    user.validate_constraints()
    refuse_strangers(user, by=by)
    record_restore(user, by=by)


@transaction.atomic
def user_purge(user: User, *, by: User) -> None:
    """Remove a user in the trash for good; ProtectedError while records name them. The log keeps their name."""
    refuse_strangers(user, by=by)
    record_purge(user, by=by)


@transaction.atomic
def user_reset_password(user: User, *, by: User, password: str = "") -> str:
    """Give a user a new password (重置) and end their sign-ins; the user is asked to change it.

    Args:
        user: whose password it is.
        by: who resets it.
        password: the new one; a random one by default.

    Returns:
        The new password, to be shown once and kept nowhere.

    Raises:
        ValidationError: at `password`, when it is too weak.
    """
    refuse_strangers(user, by=by)
    new = password or temporary_password()
    _check_password(new, user)
    user.set_password(new)
    user.password_is_temporary = user.pk != by.pk
    user.save(update_fields=["password", "password_is_temporary"])
    end_sign_ins(user)
    log("reset_password", by=by, resource="users", record=user)
    return new


def end_sign_ins(user: User) -> None:
    """Make every session of the user invalid, and close their sockets after the commit."""
    User.objects.get_queryset().filter(pk=user.pk).update(sign_ins_ended=F("sign_ins_ended") + 1)
    user.sign_ins_ended += 1
    close_sockets(current_company(), user.pk)


def check_roles(user: User, before: Iterable[Any], after: Iterable[Any], *, by: User) -> None:
    """Refuse to give or take roles that `by` may not give or take; after `hold_administrators`.

    The administrators' role is for administrators to give; nobody else changes their own roles; the last
    administrator keeps theirs.

    Raises:
        ValidationError: at `roles`.
    """
    held, wanted = set(before), set(after)
    moved = held ^ wanted
    if not moved:
        return
    if not by.access.administrator:
        if user.pk == by.pk:
            raise _at("roles", _("Only an administrator can change their own roles."), "own_roles")
        if any(role.is_administrator for role in moved):
            raise _at("roles", _("Only an administrator can give or take the administrators' role."), "administrators")
    if any(role.is_administrator for role in held - wanted):
        keep_an_administrator(without=[user], field="roles")


def _refuse_circle(user: User, manager: User) -> None:
    """Ask once more, with everybody held still: two changes at once could close a circle."""
    above = User.objects.get_queryset().get(pk=manager.pk)
    if above.pk == user.pk or any(one.pk == user.pk for one in above.superiors()):
        raise _at("manager", _("This would make the user their own superior."), "circle")


def _hold_everybody() -> None:
    list(User.objects.get_queryset().select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))


def _take_seat() -> None:
    """Refuse, at `is_active`, to let one more user in than the licence has seats."""
    try:
        take_seat(User.objects.get_queryset().with_seat().count)
    except SeatsExhausted as error:
        raise ValidationError({"is_active": error}) from error


def _refuse_oneself(user: User, by: User, text: str, *, field: str | None = None) -> None:
    if user.pk == by.pk:
        error = ValidationError(text, code="oneself")
        raise ValidationError({field: error}) if field else error


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({"password": error}) from error


def _at(field: str, text: str, code: str) -> ValidationError:
    return ValidationError({field: ValidationError(text, code=code)})
