"""The sessions of the current company, and the tickets that lie among them, as rows to be removed."""

from __future__ import annotations

from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

MOST_AT_ONCE = 200


def sessions_end() -> None:
    """Sign everybody out."""
    Session.objects.all().delete()


def sessions_clear() -> None:
    """Remove rows whose time is over, at most MOST_AT_ONCE, by the index of their end.

    Called with each sign-in: as many rows go as came, without a timer for every company. A company that nobody signs
    in to any more keeps its last rows; they let nobody in, and it makes no new ones.
    """
    with transaction.atomic():
        # Of two who sign in at once each takes others: neither waits.
        over = Session.objects.select_for_update(skip_locked=True).filter(expire_date__lt=timezone.now())
        keys = list(over.order_by("expire_date").values_list("pk", flat=True)[:MOST_AT_ONCE])
        if keys:
            Session.objects.filter(pk__in=keys).delete()
