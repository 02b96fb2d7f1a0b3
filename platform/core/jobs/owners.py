"""Who asked for a job, as they are at this moment."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _


def owner_of(requested_by: int | None) -> Any:
    """The user of that id, with their rights as they are now; None without an id, and for one who is gone."""
    if requested_by is None:
        return None
    return get_user_model()._default_manager.filter(pk=requested_by).first()


def refusal_of(user: Any) -> str:
    """Why nothing is done for this user any more, in words for them; empty while something is."""
    if user is None:
        return _("The user who asked for this no longer exists.")
    if not user.is_active or getattr(user, "deleted_at", None):
        return _("The user who asked for this may no longer sign in.")
    return ""
