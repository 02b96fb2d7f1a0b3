"""What a feed (动态信息) tells, as HTML: lines of the log, and what was said.

Written by Python as the rows of lists are; the form to comment is drawn by its template once for all that can be
commented on.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from html import escape
from typing import Any

from django.template.defaultfilters import linebreaksbr
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.pages.history import Line
from core.pages.story import Entry, Told
from core.pages.table import Pattern
from core.resources import Resource
from core.resources.mentions import AT
from core.shell.vocabulary.atoms import avatar, icon

Comment = Callable[[Resource], Pattern]
"""Draws the form that comments on a row of a resource."""


def mentions(text: str) -> SafeString:
    """The text with the names after an @ set off."""
    pieces = AT.split(text)
    return format_html_join(
        "",
        "{}",
        ((format_html('<b class="at">@{}</b>', piece) if place % 2 else piece,) for place, piece in enumerate(pieces)),
    )


def feed_written(days: Iterable[tuple[datetime.date, list[Entry]]], comment: Comment) -> SafeString:
    """The entries by day; a sentence where there are none."""
    html = ""
    for day, entries in days:
        html += f'<div class="day">{day:%Y-%m-%d} · {date_format(day, "l")}</div>'
        html += "".join([_entry(each, comment) for each in entries])
    return SafeString(html or f'<p class="t3">{_("Nothing has happened yet.")}</p>')


def _entry(entry: Entry, comment: Comment) -> str:
    if entry.line is not None:
        return line_written(entry.line)
    return _told(entry.told, comment) if entry.told is not None else ""


def line_written(line: Line) -> SafeString:
    """One line of the log."""
    behind = f" · {escape(_('by %(name)s') % {'name': line.behind})}" if line.behind else ""
    said = f'<span class="t2 ell">{escape(str(line.verb))}{behind}</span>'
    changes = "".join(
        [
            f"<dt>{escape(str(change.label))}</dt><dd>"
            f"{f'<del>{escape(change.before)}</del> → ' if change.before else ''}"
            f"<ins>{escape(change.after) or '—'}</ins></dd>"
            for change in line.changes
        ]
    )
    body = f'<div class="bd"><dl class="chg">{changes}</dl></div>' if changes else ""
    head = _head(line.icon, line.tone, line.entry.actor_name, said, line.entry.at)
    return SafeString(f'<div class="it">{head}{body}</div>')


def _head(sign: str, tone: str, who: str, said: str, at: datetime.datetime) -> str:
    local = timezone.localtime(at)
    return (
        f'<span class="mk {tone}">{icon(sign)}</span><div class="h"><b>{escape(who) or "—"}</b>{said}'
        f'<time datetime="{local.isoformat()}">{local:%H:%M}</time></div>'
    )


def _told(told: Told, comment: Comment) -> str:
    resource, record = told.resource, told.record
    url = resource.record_url(record)
    said = f'<a class="t2 ell" href="{escape(url)}">{escape(told.kind)}</a>'
    more = "".join([f"<dt>{escape(str(s.column.label))}</dt><dd>{escape(s.text)}</dd>" for s in told.more])
    body = linebreaksbr(mentions(told.text)) + (f'<dl class="chg told-more">{more}</dl>' if more else "")
    for file in told.files:
        body += (
            f'<a class="att" href="{url}files/{file.pk}/" hx-boost="false">{icon("paperclip")}{escape(file.name)}</a>'
        )
    foot = ""
    if told.comments:
        count = len(told.comments)
        words = ngettext("%(count)s comment", "%(count)s comments", count) % {"count": count}
        body += f'<ul class="cmts">{"".join(map(_said_to_it, told.comments))}</ul>'
        foot += f"<span>{icon('message-circle')}{words}</span>"
    if told.may_comment:
        foot += comment(resource).of(record.pk)
    head = _head(told.icon, told.tone, str(getattr(record, "owner", "") or ""), said, told.at)
    return (
        f'<div class="it" id="{resource.name}-{record.pk}">{head}'
        f'<div class="bd">{body}</div><div class="ft">{foot}</div></div>'
    )


def _said_to_it(comment: Any) -> str:
    author, at = comment.author, timezone.localtime(comment.at)
    return (
        f"<li>{avatar(author, comment.author_id, size=18)}<div><b>{escape(str(author))}</b>"
        f" <span>{linebreaksbr(mentions(comment.text))}</span>"
        f' <time class="t3" datetime="{at.isoformat()}">{at:%m-%d %H:%M}</time></div></li>'
    )
