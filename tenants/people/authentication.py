"""Sign-in by login name, mobile phone or e-mail with one password."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from tenants.people.models import User


class AnyNameBackend(BaseBackend):
    """Finds the user by any of their names. Takes as long for an unknown name as for a wrong password."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        name = username or kwargs.get("login") or kwargs.get("email") or kwargs.get("phone")
        if not name or not password:
            return None
        found = list(User.objects.get_queryset().known_as(name)[:2])
        if len(found) != 1:  # nobody, or a name of one that is a phone of another: never guess
            make_password(password)
            return None
        user = found[0]
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        """The session's user; one who was deleted or may no longer sign in has no session."""
        found: User | None = User.objects.get_queryset().with_seat().filter(pk=user_id).first()
        return found
