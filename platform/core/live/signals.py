"""What closes sockets without anybody having to think of it."""

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver

from core.db import current_company, has_company
from core.live.sending import close_sockets


@receiver(user_logged_out)
def close_sockets_at_sign_out(user: Any = None, **kwargs: Any) -> None:
    """Close the sockets of a user who signs out. Tabs of another session of theirs connect again."""
    if user is not None and has_company():
        close_sockets(current_company(), user.pk)
