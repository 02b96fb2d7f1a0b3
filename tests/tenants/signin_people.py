"""Somebody to sign in as."""

from __future__ import annotations

from typing import Any

from tenants.people.models import User

PASSWORD = "correct horse 7"


def person(username: str = "qinchen", *, password: str = PASSWORD, **values: Any) -> User:
    """A user of the current company with a password."""
    user = User(username=username, **{"name": "秦晨", "phone": "18665091989", "email": "qin@example.com", **values})
    user.set_password(password)
    user.save()
    return user
