"""Declaring work: what kinds of jobs there are, how often each is tried, how long it may take."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

if TYPE_CHECKING:
    from django.utils.functional import Promise

Work = Callable[..., dict[str, Any] | None]


class UnknownKind(LookupError):
    """No job of that name is declared."""


@dataclass(frozen=True, slots=True)
class Daily:
    """Once a day at `at` in the current time zone, companies spread over the following `spread`.

    Without the spread ten thousand companies would start their nightly work in the same second.
    """

    at: time
    spread: timedelta = timedelta(hours=1)

    def after(self, moment: datetime, company_id: int, kind: str) -> datetime:
        """The first time after `moment` for this company; a company keeps its place within the spread."""
        digest = hashlib.blake2s(f"{company_id}:{kind}".encode(), digest_size=4).digest()
        delay = self.spread * (int.from_bytes(digest) / 2**32)
        day = timezone.localtime(moment).date() - timedelta(days=1)
        while (when := timezone.make_aware(datetime.combine(day, self.at)) + delay) <= moment:
            day += timedelta(days=1)
        return when


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of job.

    Attributes:
        work: called as `work(run, **payload)` inside the company and inside one transaction; what it returns (JSON) is
            kept as the result, in that same transaction.
        retries: how often it is tried again after the first failure.
        timeout: seconds after which a try is stopped.
        schedule: when it recurs in a company that switched it on, if it does.
        in_pieces: the work commits piece by piece, and knows itself which are done when it is begun again.
    """

    name: str
    label: str | Promise
    work: Work
    retries: int
    timeout: int
    schedule: Daily | None = None
    in_pieces: bool = False


_kinds: dict[str, Kind] = {}


def job(
    name: str,
    *,
    label: str | Promise,
    retries: int = 3,
    timeout: int = 600,
    schedule: Daily | None = None,
    in_pieces: bool = False,
) -> Callable[[Work], Work]:
    """Declare the decorated function as the work of jobs of kind `name`.

    It is called with a `Run` and the payload as keywords, as the user who asked for it, with the rights that user has
    at that moment. Everything it writes to the database is committed together with the completion of the job, or not
    at all; what it does outside the database may happen again after a crash and must bear that.

    Raises:
        ImproperlyConfigured: the name is taken, or a number makes no sense.
    """
    if retries < 0 or timeout <= 0:
        raise ImproperlyConfigured(f"Job {name!r}: retries must be 0 or more and the timeout above 0")
    if len(name) > 60:
        raise ImproperlyConfigured(f"Job {name!r}: the name is longer than 60 characters")

    def declare(work: Work) -> Work:
        known = _kinds.setdefault(name, Kind(name, label, work, retries, timeout, schedule, in_pieces))
        if known.work is not work:
            raise ImproperlyConfigured(f"Two jobs are called {name!r}: {known.work.__module__} and {work.__module__}")
        return work

    return declare


def kind_named(name: str) -> Kind:
    """The kind of that name; raises UnknownKind."""
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownKind(f"No job {name!r} is declared") from None
