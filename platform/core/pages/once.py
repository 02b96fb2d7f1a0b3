"""A form that was sent twice is done once: the second answer is the first one's.

Each form carries a token. Who sends it first takes it; whoever sends it again, from a second click, a lost connection
or the Back button, is led where the first one was led.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable

import redis
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from core.access import Actor
from core.pages.serving import actor, go

FIELD = "once"
KEPT_SECONDS = 3600
LONGEST_RUN = 60  # seconds after which a run that never ended no longer blocks its token
PATIENCE = 5.0  # seconds that a second sending waits for the first
RUNNING = "running"

logger = logging.getLogger(__name__)


def new_token() -> str:
    """A token for one form."""
    return secrets.token_urlsafe(16)


def only_once(request: HttpRequest, run: Callable[[], str | HttpResponse]) -> HttpResponse:
    """Run `run`, unless the form's token was used already: then answer as its first use was answered.

    `run` returns the address to go on to when it has stored something, or the answer to give when it has not (the
    form with its errors): the token is then free again.
    """
    token = request.POST.get(FIELD, "")[:64]
    if not token:
        return _answer(request, run())
    key = _key(actor(request), token)
    try:
        free = cache.add(key, RUNNING, LONGEST_RUN)
    except redis.RedisError:
        # Without the cache nobody can tell the second sending from the first; refusing to save would be worse.
        logger.warning("the cache is down: a form is saved without protection against being sent twice")
        return _answer(request, run())
    if not free:
        return _answer_of_the_first(request, key)
    try:
        result = run()
    except BaseException:
        _keep(key, "")
        raise
    _keep(key, result if isinstance(result, str) else "")
    return _answer(request, result)


def _answer(request: HttpRequest, result: str | HttpResponse) -> HttpResponse:
    return go(request, result) if isinstance(result, str) else result


def _answer_of_the_first(request: HttpRequest, key: str) -> HttpResponse:
    until = time.monotonic() + PATIENCE
    while (url := cache.get(key)) == RUNNING and time.monotonic() < until:
        time.sleep(0.05)
    if url and url != RUNNING:
        return go(request, url)
    messages.warning(
        request,
        _("This form was sent twice and is still being saved. Look whether it arrived before sending it again."),
    )
    return HttpResponseRedirect(request.get_full_path())


def _keep(key: str, url: str) -> None:
    try:
        if url:
            cache.set(key, url, KEPT_SECONDS)
        else:
            cache.delete(key)
    except redis.RedisError:
        logger.warning("the cache is down: the token of a form is not kept")


def _key(user: Actor, token: str) -> str:
    return f"once:{user.pk}:{token}"
