"""The inbox and the bell. Everybody has them, whatever their roles; each sees their own only."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from core.db.keys import key_in
from core.live.models import Notification, unread_count
from core.live.services import notification_delete, notification_read, notifications_read_all

IN_INBOX = 30
IN_BELL = 8


def wants_part(request: HttpRequest) -> bool:
    """Whether htmx asked for a piece of the page, and not for a page to show or to go back to."""
    return request.headers.get("HX-Request-Type") == "partial" and "HX-History-Restore-Request" not in request.headers


@login_required
@never_cache
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """The notifications of the user, newest first: `show=unread` narrows, `before=<id>` goes on where a page ended."""
    rows = Notification.rows.of(request.user)
    only_unread = request.GET.get("show") == "unread"
    if only_unread:
        rows = rows.unread()
    before = request.GET.get("before", "")
    if before:
        last = key_in(before)
        if last is None:
            raise Http404
        rows = rows.filter(pk__lt=last)
    shown = list(rows[: IN_INBOX + 1])
    older = shown[IN_INBOX - 1].pk if len(shown) > IN_INBOX else None
    context = {
        "notifications": shown[:IN_INBOX],
        "older": older,
        "only_unread": only_unread,
        "unread": unread_count(request.user),
    }
    return render(request, "live/items.html" if before and wants_part(request) else "live/inbox.html", context)


@login_required
@never_cache
@require_GET
def bell(request: HttpRequest) -> HttpResponse:
    """What drops down from the bell: the latest notifications."""
    notifications = list(Notification.rows.of(request.user)[:IN_BELL])
    return render(request, "live/bell.html", {"notifications": notifications, "unread": unread_count(request.user)})


@login_required
@never_cache
@require_POST
def open_notification(request: HttpRequest, pk: int) -> HttpResponse:
    """Go where the notification leads, and mark it as read."""
    notification = _own(request, pk)
    notification_read(notification)
    return HttpResponseRedirect(notification.url or reverse("live:inbox"), status=303)


@login_required
@never_cache
@require_POST
def mark_read(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one notification as read; answers its line."""
    notification = _own(request, pk)
    notification_read(notification)
    if not wants_part(request):
        return HttpResponseRedirect(reverse("live:inbox"), status=303)
    return render(request, "live/item.html", {"notification": _own(request, pk)})


@login_required
@never_cache
@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one notification out of the inbox; answers nothing in place of its line."""
    notification_delete(_own(request, pk))
    return HttpResponse() if wants_part(request) else HttpResponseRedirect(reverse("live:inbox"), status=303)


@login_required
@never_cache
@require_POST
def mark_all_read(request: HttpRequest) -> HttpResponse:
    """Mark the whole inbox as read."""
    notifications_read_all(request.user)
    return HttpResponseRedirect(reverse("live:inbox"), status=303)


def _own(request: HttpRequest, pk: int) -> Notification:
    return get_object_or_404(Notification.rows.of(request.user), pk=pk)
