"""People for tests of the core."""

from typing import Any

from django.contrib.auth import get_user_model


def make_user(username: str = "fu.rui", **values: Any) -> Any:
    """A user of the company that is set, who may sign in with the password `secret-1`."""
    user = get_user_model()(username=username, name=values.pop("name", username), **values)
    user.set_password("secret-1")
    user.save()
    return user
