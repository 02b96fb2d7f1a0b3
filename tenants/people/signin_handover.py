"""From the public site into one's own company: a ticket that signs in once, within a minute.

The public site has no sessions, and its cookies are no company's. So a ticket is made in the company's schema, handed
to the browser in the body of a form, and taken by a POST on the company's host: nothing that fetches addresses ahead
(a prefetching browser, a mail scanner, a chat preview) can use it up or sign in with it, and no address, history or
access log holds it. Tickets lie among the company's sessions, as rows that sign nobody in, under a digest of what the
browser gets; taking one is a DELETE, so of two who try at once one finds nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from tenants.people.models import User

LIFETIME = timedelta(seconds=60)
_USER = "handover_user"


def handover_make(user: User) -> str:
    """A ticket with which the user's browser can sign in to the current company once, within LIFETIME."""
    ticket = secrets.token_urlsafe(32)
    row = Session(
        session_key=_key(ticket),
        session_data=SessionStore().encode({_USER: user.pk}),
        expire_date=timezone.now() + LIFETIME,
    )
    row.save(force_insert=True)
    return ticket


def handover_take(ticket: str) -> User | None:
    """The user the ticket was made for; None when it was taken before, is too old, or never was one."""
    with transaction.atomic():
        row = Session._default_manager.select_for_update().filter(session_key=_key(ticket)).first()
        if row is None:
            return None
        row.delete()
    if row.expire_date <= timezone.now():
        return None
    user_id = SessionStore().decode(row.session_data).get(_USER)
    return User.objects.get_queryset().with_seat().filter(pk=user_id).first() if user_id else None


def _key(ticket: str) -> str:
    return f"handover{hashlib.sha256(ticket.encode()).hexdigest()[:32]}"
