"""The inbox (站内信) of every user."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

COUNTED = 100
"""Unread notifications are counted up to here; the badge says 99+ then."""


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Notifications, newest first."""

    def of(self, user: Any) -> Self:
        """Those of this user: nobody else sees them."""
        return self.filter(user_id=user.pk).order_by("-pk")

    def known(self, pks: Iterable[int]) -> Self:
        """Those of these keys, whoever's they are."""
        return self.filter(pk__in=list(pks))

    def unread(self) -> Self:
        """Those not read yet."""
        return self.filter(read_at__isnull=True)

    def mark_read(self) -> int:
        """Mark the unread ones as read; how many they were."""
        return self.unread().update(read_at=timezone.now())


class Notification(models.Model):
    """One thing a user is told.

    `title` and `body` are English source strings, filled with `params` when they are shown: each reader sees them in
    the language chosen at that moment.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("User"), db_index=False
    )
    kind = models.CharField(_("Kind"), max_length=40)
    title = models.CharField(_("Title"), max_length=200)
    body = models.TextField(_("Text"), blank=True)
    params: Any = models.JSONField(_("Values"), default=dict)
    url = models.CharField(_("Address"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("Time"), default=timezone.now)
    read_at = models.DateTimeField(_("Read at"), null=True, blank=True)

    rows = NotificationQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["user", "-id"], name="notification_list"),
            models.Index(fields=["user"], condition=Q(read_at__isnull=True), name="notification_unread"),
        ]
        verbose_name = _("Notification")
        verbose_name_plural = _("Notifications")

    def __str__(self) -> str:
        return self.title_text

    @property
    def title_text(self) -> str:
        """The title in the current language."""
        return self._filled(self.title)

    @property
    def body_text(self) -> str:
        """The text in the current language; empty if there is none."""
        return self._filled(self.body)

    def _filled(self, source: str) -> str:
        return gettext(source) % self.params if source else ""

    def as_message(self, unread: int) -> dict[str, Any]:
        """The notification as the user's open tabs are told of it, with the number of unread ones now."""
        return {
            "type": "notification",
            "id": self.pk,
            "kind": self.kind,
            "title": self.title_text,
            "body": self.body_text,
            "url": self.url,
            "unread": unread,
        }


def unread_count(user: Any) -> int:
    """How many unread notifications the user has, COUNTED at most."""
    return Notification.rows.of(user).unread().order_by()[:COUNTED].count()


def unread_counts(users: Iterable[int]) -> dict[int, int]:
    """The same for many users, by their keys."""
    counts = dict.fromkeys(users, 0)
    unread = Notification.rows.filter(user__in=counts).unread().order_by()
    for pk, count in unread.values_list("user").annotate(count=Count("pk")):
        counts[pk] = min(count, COUNTED)
    return counts
