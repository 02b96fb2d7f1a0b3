"""Telling users something, and what they do with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import transaction
from django.dispatch import Signal
from django.utils import translation

from core.db import current_company
from core.live.languages import language_of
from core.live.models import Notification, unread_count, unread_counts
from core.live.sending import push, push_to_user

SHOWN_AT_ONCE = 3

notified = Signal()
"""Sent in the transaction that keeps new notifications, with `notifications` and `users` by their keys."""


class Note(NamedTuple):
    """One thing to tell one user; what the parts are stands at `notify`."""

    user: Any
    kind: str
    title: str
    body: str = ""
    url: str = ""
    params: Mapping[str, str | int] = {}


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
    told = {user.pk: user for user in users}
    return notify_each([Note(user, kind, title, body, url, params or {}) for user in told.values()])


def notify_each(notes: Sequence[Note]) -> list[Notification]:
    """Tell several users several things, each note to its own user; as `notify` does, and with the same errors."""
    notifications = [_checked(note) for note in notes]
    if not notifications:
        return []
    told = {note.user.pk: note.user for note in notes}
    with transaction.atomic():
        Notification.rows.bulk_create(notifications)
        notified.send(Notification, notifications=notifications, users=told)
        transaction.on_commit(lambda: _show(told, notifications), robust=True)
    return notifications


def notification_delete(notification: Notification) -> None:
    """Take a notification out of its user's inbox."""
    with transaction.atomic():
        user = notification.user
        notification.delete()
        _refresh_badge(user)


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


def _checked(note: Note) -> Notification:
    if note.url and (not note.url.startswith("/") or note.url.startswith(("//", "/\\"))):
        raise ValueError(f"Notifications lead to pages of the company only, not to {note.url!r}")
    values = dict(note.params)
    for text in (note.title, note.body):
        try:
            text % values
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"The values {sorted(values)} do not fill {text!r}") from error
    return Notification(
        user_id=note.user.pk, kind=note.kind, title=note.title, body=note.body, url=note.url, params=values
    )


def _show(told: Mapping[int, Any], notifications: list[Notification]) -> None:
    """Show each user what is new: of many things at once the first few, for the badge counts them all."""
    by_user: dict[int, list[Notification]] = {}
    for notification in notifications:
        by_user.setdefault(notification.user_id, []).append(notification)
    unread = unread_counts(by_user)
    for turn in range(SHOWN_AT_ONCE):
        messages = {}
        for pk, own in by_user.items():
            if turn < len(own):
                with translation.override(language_of(told[pk])):
                    messages[pk] = own[turn].as_message(unread[pk])
        if messages:
            push(current_company(), messages)


def _refresh_badge(user: Any) -> None:
    push_to_user(current_company(), user.pk, {"type": "badge", "key": "inbox", "count": unread_count(user)})
