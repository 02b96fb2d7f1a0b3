"""Sessions as Django keeps them; each request's look at its own takes one prepared question."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from core.db.prepared import Given, Prepared

_valid_session = Prepared(
    lambda: Session.objects.filter(session_key=Given("key"), expire_date__gt=Given("now")),
)


class SessionStore(db.SessionStore):
    """The SESSION_ENGINE."""

    def _get_session_from_db(self) -> Any:
        session = _valid_session.first(key=self.session_key, now=timezone.now()) if self.session_key else None
        if session is None:
            self._session_key = None
        return session
