"""What allauth asks of us: who may come in, what is counted against guessing, what is written to the log."""

from __future__ import annotations

import logging
import math
import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from allauth.core.internal.ratelimit import Rate
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from redis.exceptions import RedisError

from core.access.masking import mask
from core.db import current_company
from core.live.sending import close_sockets
from core.records.history import log
from tenants.people.authentication import user_known_as
from tenants.people.models import User
from tenants.people.phones import PhoneField

logger = logging.getLogger(__name__)

LOCKED = "too_many_login_attempts"


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in on a company's own host. Users are made by administrators, never by themselves."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("This name and password do not belong together."),
        "enter_current_password": _("This is not your present password."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up on a company's host."""
        return False

    def get_login_stages(self) -> list[str]:
        """After the password nothing more is asked for: phones and e-mails are entered by administrators."""
        return []

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to the profile, where the change was asked for."""
        return reverse("profile")

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """No message: the pages say themselves what was done."""

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt; refuse it when there were too many, saying for how long.

        Attempts are counted by account, whichever of its names is typed, and by address, within the company. While
        the counters can't be reached nobody signs in: a lock that opens when it is broken is none.
        """
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as error:
            minutes = self._minutes_locked(request, **credentials)
            raise ValidationError(
                ngettext(
                    "Too many failed attempts. Try again in %(minutes)s minute.",
                    "Too many failed attempts. Try again in %(minutes)s minutes.",
                    minutes,
                )
                % {"minutes": minutes},
                code=LOCKED,
            ) from error
        except RedisError as error:
            logger.exception("Sign-in is refused: attempts can't be counted")
            raise ValidationError(
                _("Signing in is not possible at the moment. Try again shortly."), code="uncounted"
            ) from error

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Write the failed attempt to the log; of an unknown name its mask, as it may be a password."""
        typed = credentials.get("username", "")
        user = user_known_as(typed)
        log(
            "sign_in_failed",
            by=None,
            resource="users",
            record=user,
            changes={} if user else {"username": ["", mask(typed[:40])]},
        )

    def login(self, request: HttpRequest, user: User) -> None:
        """Give the browser a fresh session of the user, and write it to the log."""
        super().login(request, user)
        log("sign_in", by=user, resource="users", record=user)

    def logout(self, request: HttpRequest) -> None:
        """End the session, and write it to the log."""
        user = request.user
        if isinstance(user, User):
            log("sign_out", by=user, resource="users", record=user)
            close_sockets(current_company(), user.pk)  # other tabs'; those of other sessions open again by themselves
        super().logout(request)

    def set_password(self, user: User, password: str) -> None:
        """Store a password of the user's own choice; every other session of the user ends with it, sockets too."""
        user.set_password(password)
        user.password_is_temporary = False
        user.save(update_fields=["password", "password_is_temporary"])
        close_sockets(current_company(), user.pk)

    def forget_attempts(self, request: HttpRequest, user: User) -> None:
        """Count from nothing again, for somebody who has proved to be the user in another way."""
        key = self._get_login_attempts_cache_key(request, username=user.username)
        cache.delete_many(self._counter(request, rate, key) for rate in self._rates() if rate.per == "key")

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        typed = credentials.get("username", "").strip().lower()
        user = user_known_as(typed)
        return f"user:{user.pk}" if user else f"name:{PhoneField.normal(typed) or typed}"

    def _minutes_locked(self, request: HttpRequest, **credentials: Any) -> int:
        """Minutes until the next attempt is let through, at least 1."""
        key = self._get_login_attempts_cache_key(request, **credentials)
        seconds = 0.0
        for rate in self._rates():
            attempts = cache.get(self._counter(request, rate, key), [])
            if len(attempts) >= rate.amount:  # newest first: the oldest one's end makes room
                seconds = max(seconds, attempts[-1] + rate.duration - time.time())
        return max(1, math.ceil(seconds / 60))

    @staticmethod
    def _rates() -> list[Rate]:
        rates: list[Rate] = ratelimit.get_rates(app="allauth.account", action="login_failed")
        return rates

    @staticmethod
    def _counter(request: HttpRequest, rate: Rate, key: str) -> str:
        return str(ratelimit.get_cache_key(request, app="allauth.account", action="login_failed", rate=rate, key=key))
