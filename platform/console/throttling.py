"""Limits of what strangers may ask of the public site, counted by address."""

from __future__ import annotations

import logging

from allauth.core.internal import ratelimit
from django.http import HttpRequest
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

# As allauth writes them: how often, in what time, for whom. A key is an address that mails are sent to.
RATES = {
    "sign_up": "10/h/ip",
    "suggest": "120/m/ip",
    "find": "10/h/ip,3/h/key",
}


def is_too_much(request: HttpRequest, act: str, key: str | None = None) -> bool:
    """Count one more `act` of the address (and of `key`), and say whether it was one too many.

    While the counters can't be reached nothing is let through: each act costs more than the answer that refuses it.
    """
    try:
        return ratelimit.consume(request, app="console", action=act, config=RATES, key=key, limit_get=True) is None
    except RedisError:
        logger.exception("Refused, as it can't be counted: %s", act)
        return True
