"""Telling users something, and what they do with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import translation

from core.db import current_company
from core.live.languages import language_of
from core.live.models import Notification, unread_count
from core.live.sending import push, push_to_user


def notify(
    users: Iterable[Any],
    *,
    kind: str,
    title: str,
    body: str = "",
    url: str = "",
    params: Mapping[str, str | int] | None = None,
) -> list[Notification]:
    """Tell the users something: kept in their inbox if the surrounding transaction commits, shown at once after that.

    Args:
        users: each is told once.
        kind: what it is about, e.g. `export_ready`.
        title: English source string marked with `gettext_noop`, with `%(name)s` places; at most 200 characters.
        body: the same, of any length.
        url: a page of the company, from the root: `/users/7/`.
        params: what fills the places of title and body; never translated.

    Raises:
        ValueError: the address leads elsewhere, or a place of the texts has no value.
    """
    if url and (not url.startswith("/") or url.startswith(("//", "/\\"))):
        raise ValueError(f"Notifications lead to pages of the company only, not to {url!r}")
    values = dict(params or {})
    for text in (title, body):
        try:
            text % values
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"The values {sorted(values)} do not fill {text!r}") from error
    told = {user.pk: user for user in users}
    notifications = [Notification(user_id=pk, kind=kind, title=title, body=body, url=url, params=values) for pk in told]
    with transaction.atomic():
        Notification.rows.bulk_create(notifications)
        transaction.on_commit(lambda: _show(told, notifications), robust=True)
    return notifications


def notification_read(notification: Notification) -> None:
    """Mark one notification as read, in all open tabs of its user."""
    with transaction.atomic():
        if Notification.rows.filter(pk=notification.pk).mark_read():
            _refresh_badge(notification.user)


def notifications_read_all(user: Any) -> int:
    """Mark everything in the user's inbox as read; how many that were."""
    with transaction.atomic():
        read = Notification.rows.of(user).order_by().mark_read()
        if read:
            _refresh_badge(user)
    return read


def _show(told: Mapping[int, Any], notifications: list[Notification]) -> None:
    messages = {}
    for notification in notifications:
        user = told[notification.user_id]
        with translation.override(language_of(user)):
            messages[user.pk] = notification.as_message(unread_count(user))
    push(current_company(), messages)


def _refresh_badge(user: Any) -> None:
    push_to_user(current_company(), user.pk, {"type": "badge", "key": "inbox", "count": unread_count(user)})
