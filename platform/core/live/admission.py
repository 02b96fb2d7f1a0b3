"""Who may open a socket: the same question as for a page, asked in one synchronous call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user
from django.http.cookie import parse_cookie
from django.utils.module_loading import import_string

from core.db import Company, run_in_company
from core.live.models import unread_count


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody let in: the ids that name the groups, and what the tab is told first."""

    company_id: int
    user_id: int
    unread: int


def is_own_page(headers: Mapping[bytes, bytes]) -> bool:
    """Whether the socket is asked for by a page of the very host it is asked of. Browsers always say; others must."""
    origin = urlsplit(headers.get(b"origin", b"").decode("latin-1"))
    host = headers.get(b"host", b"").decode("latin-1")
    return origin.scheme in {"http", "https"} and bool(host) and origin.netloc.lower() == host.lower()


def session_key(headers: Mapping[bytes, bytes]) -> str:
    """The key in the session cookie, empty if there is none."""
    cookies = parse_cookie(headers.get(b"cookie", b"").decode("latin-1"))
    return cookies.get(settings.SESSION_COOKIE_NAME, "")


def admit(host: str, key: str) -> Guest | None:
    """Whoever the session belongs to, in the company of that host; None if nobody may come in.

    Synchronous as a whole: the company is set and the queries are made in one call of one thread.
    """
    company: Any = import_string(settings.COMPANY_FOR_HOST)(host)
    if company is None or company.access == "closed" or not key:
        return None
    return run_in_company(company, _guest, company, key)


def _guest(company: Company, key: str) -> Guest | None:
    session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    # The session's own hash and the sign-in backends decide, as they do for pages.
    user: Any = get_user(SimpleNamespace(session=session))  # type: ignore[arg-type]
    if not user.is_authenticated:
        return None
    return Guest(company_id=company.id, user_id=user.pk, unread=unread_count(user))
