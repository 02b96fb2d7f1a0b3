"""The language of what is told to a user who is not the one acting now."""

from typing import Any

from django.conf import settings


def language_of(user: Any) -> str:
    """The language the user chose, else the product's."""
    return getattr(user, "language", "") or settings.LANGUAGE_CODE
