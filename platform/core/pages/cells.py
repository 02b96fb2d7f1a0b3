"""Values of records as HTML: what lists, pages and previews show of a column."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from html import escape
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.access import FieldRight
from core.resources import Column, Resource
from core.resources.columns import Cell, cell
from core.shell.vocabulary.atoms import avatar, state, tag

DASH = format_html('<span class="t4">{}</span>', "—")
REPEATED = frozenset({"choice", "boolean", "option", "relation", "many"})  # kinds of which few values fill many rows


def drawn(shown: Cell, resource: Resource) -> SafeString:
    """A value of a record as HTML; what a role masks is shown as the masked text, whatever its kind."""
    if shown.text == "":
        return DASH
    if shown.masked:
        return format_html('<span class="num t2">{}</span>', shown.text)
    column, value = shown.column, shown.value
    tones = resource.tones.get(column.name)
    if tones is not None:
        return state(shown.text, tones.get(value, "gray"))
    match column.kind:
        case "boolean":
            return state(shown.text, "green" if value else "gray")
        case "many":
            return format_html_join("", "{}", ((tag(item, getattr(item, "colour", "gray")),) for item in value)) or DASH
        case "relation" if isinstance(value, get_user_model()):
            return format_html('<span class="own">{}{}</span>', avatar(str(value), value.pk), value)
        case "email":
            return format_html('<a href="mailto:{0}">{0}</a>', shown.text)
        case "url" if shown.text.startswith(("https://", "http://")):
            return format_html('<a href="{0}" target="_blank" rel="noopener noreferrer">{0}</a>', shown.text)
        case "long_text":
            return format_html('<span title="{0}">{0}</span>', shown.text)
    if isinstance(value, datetime.datetime) and column.name in resource.deadlines:
        told, tone = due(value)
        return SafeString(
            f'<time class="num{tone}" datetime="{value.isoformat()}" title="{escape(shown.text)}">{escape(told)}</time>'
        )
    if isinstance(value, datetime.date | datetime.time):
        return SafeString(f'<time class="num t2" datetime="{value.isoformat()}">{escape(shown.text)}</time>')
    return SafeString(escape(shown.text))


def drawer(resource: Resource, column: Column, right: FieldRight) -> Callable[[Any], str]:
    """What draws the column of one record after another, for a viewer with that right on it.

    Of a column that has few values each is drawn once, for all the rows in which it stands.
    """

    def draw(record: Any) -> str:
        return drawn(cell(column, record, right), resource)

    if column.kind not in REPEATED or right < FieldRight.READ_ONLY:
        return draw
    known: dict[Any, str] = {}

    def draw_once(record: Any) -> str:
        value = column.of(record)
        key = tuple(value) if isinstance(value, list) else value
        if key not in known:
            known[key] = drawn(Cell(column, value, column.text(value)), resource)
        return known[key]

    return draw_once


def due(moment: datetime.datetime, now: datetime.datetime | None = None) -> tuple[str, str]:
    """A time by which something is to be done, in words, and the class of its colour."""
    local, today = timezone.localtime(moment), timezone.localtime(now)
    clock, days = f"{local:%H:%M}", (local.date() - today.date()).days
    if local < today:
        if not days:
            return _("today %(time)s") % {"time": clock}, " txt-red"
        return ngettext("%(days)s day overdue", "%(days)s days overdue", -days) % {"days": -days}, " txt-red"
    if days == 0:
        return _("today %(time)s") % {"time": clock}, " txt-amber"
    if days == 1:
        return _("tomorrow %(time)s") % {"time": clock}, " txt-amber"
    return f"{local:%m-%d %H:%M}" if local.year == today.year else f"{local:%Y-%m-%d}", ""
