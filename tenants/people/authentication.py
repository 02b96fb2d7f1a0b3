"""Sign-in by login name, mobile phone or e-mail with one password."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from core.db.prepared import Given, Prepared
from tenants.people.models import User

_signed_in = Prepared[User](lambda: User.objects.get_queryset().with_seat().filter(pk=Given("pk")))


def user_known_as(name: str) -> User | None:
    """The user whose login name, phone or e-mail is `name`, or None.

    A login name comes first: nobody can take another user's sign-in away by giving that name as a phone number.
    """
    found: list[User] = list(User.objects.get_queryset().known_as(name)[:3])
    for user in found:
        if user.username.lower() == name.strip().lower():
            return user
    return found[0] if len(found) == 1 else None


class AnyNameBackend(BaseBackend):
    """Finds the user by any of their names. Takes as long for an unknown name as for a wrong password."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """The user, if the password is theirs and they may sign in."""
        if not username or not password:
            return None
        user = user_known_as(username)
        if user is None:
            make_password(password)
            return None
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        """The session's user; one who was deleted or may no longer sign in has no session."""
        return _signed_in.first(pk=user_id)
