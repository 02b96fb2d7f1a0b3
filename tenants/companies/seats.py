"""Seats: the number of active users never passes the licence, and no seat is left unfilled that was asked for."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext_lazy as _

from core.db import current_company
from tenants.companies.models import Licence

_SEATS_LOCK = 0x73656174  # first half of the lock's key; the second is the company


class SeatsExhausted(ValidationError):
    """The licence has no seat left. `used` and `seats` are the figures at that moment."""

    def __init__(self, used: int, seats: int) -> None:
        super().__init__(
            _("The licence allows %(seats)s users and %(used)s are active. Ask for more seats, or disable a user."),
            code="seats_exhausted",
            params={"used": used, "seats": seats},
        )
        self.used = used
        self.seats = seats


def take_seat(count_active: Callable[[], int], *, adding: int = 1) -> None:
    """Make sure that `adding` more active users fit; call it in the transaction that adds them, before it does.

    Additions of one company wait here for each other until their commits, so that `count_active`, which counts the
    active users in the database, sees all of them; the licence is read anew after the wait. A licence reduced below
    what is used removes nobody, but nothing fits any more. Raises SeatsExhausted.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("take_seat belongs in the transaction that adds the user")
    company_id = current_company().id
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_SEATS_LOCK, company_id % 2**31])
    seats = Licence.objects.values_list("seats", flat=True).get(pk=company_id)
    used = count_active()
    if used + adding > seats:
        raise SeatsExhausted(used, seats)
