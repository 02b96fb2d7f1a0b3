"""The language in which somebody is told something who is not the one acting now."""

from typing import Any

from django.conf import settings
from django.utils import translation


def language_of(user: Any) -> str:
    """The language the user chose, else the one spoken now (a worker speaks its company's), else the product's."""
    return getattr(user, "language", "") or translation.get_language() or settings.LANGUAGE_CODE
