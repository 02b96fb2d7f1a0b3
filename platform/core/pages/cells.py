"""Values of records as HTML: what lists, pages and previews show of a column."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from functools import cache
from html import escape
from operator import attrgetter
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.access import FieldRight
from core.records.custom import HeldFile
from core.resources import Column, Resource
from core.resources.columns import Cell, cell
from core.shell.vocabulary.atoms import avatar, state, tag

DASH = format_html('<span class="t4">{}</span>', "—")
IN_DAYS = 30  # so long what has passed is told in days
REPEATED = frozenset({"choice", "boolean", "option", "relation", "many"})  # kinds of which few values fill many rows

Shape = Callable[[Any, str], str]
"""Draws a value that has a text."""


def drawn(shown: Cell, resource: Resource) -> SafeString:
    """A value of a record as HTML; what a role masks is shown as the masked text, whatever its kind."""
    if shown.text == "":
        return DASH
    if shown.masked:
        return format_html('<span class="num t2">{}</span>', shown.text)
    shape = _shape(resource, shown.column) if _awaited(resource, shown.column)(shown.record) else _plain
    return SafeString(shape(shown.value, shown.text))


def drawer(resource: Resource, column: Column, right: FieldRight) -> Callable[[Any], str]:
    """What draws the column of one record after another, for a viewer with that right on it.

    How is settled once. Of a column that has few values, each of these is drawn once for all rows in which it stands.
    """
    if right < FieldRight.READ_ONLY:
        return lambda record: drawn(cell(column, record, right), resource)
    shape, awaited = _shape(resource, column), _awaited(resource, column)

    def draw(record: Any) -> str:
        value = column.of(record)
        text = column.text(value)
        if not text:
            return DASH
        return shape(value, text) if awaited(record) else _plain(value, text)

    if column.kind not in REPEATED or column.value is not None:
        return draw
    known: dict[Any, str] = {}
    key_of = _key(resource, column)

    def draw_once(record: Any) -> str:
        key = key_of(record)
        html = known.get(key)
        if html is None:
            html = known[key] = draw(record)
        return html

    return draw_once


def _key(resource: Resource, column: Column) -> Callable[[Any], Any]:
    """What tells the values of the column apart, without a look at the records that it leads to."""
    if column.kind == "many":
        return lambda record: tuple([item.pk for item in column.of(record)])
    return attrgetter(resource.model._meta.get_field(column.name).attname)


def _shape(resource: Resource, column: Column) -> Shape:
    tones = resource.tones.get(column.name)
    if tones is not None:
        return lambda value, text: state(text, tones.get(value, "gray"))
    if column.kind == "datetime" and column.name in resource.deadlines:
        return _deadline(timezone.localtime())
    if column.kind == "datetime" and column.name in resource.recents:
        return _recent(timezone.localtime())
    return SHAPES.get(column.kind, _plain)


def _awaited(resource: Resource, column: Column) -> Callable[[Any], bool]:
    """Tells whether the column's value says what it is for: a deadline of what is done is a time like any other."""
    return resource.deadlines.get(column.name, lambda record: True)


def _plain(value: Any, text: str) -> str:
    if isinstance(value, datetime.date | datetime.time):
        return f'<time class="num t2" datetime="{_exact(value)}">{escape(text)}</time>'
    return escape(text)


@cache
def _user_model() -> type[Any]:
    return get_user_model()


def _relation(value: Any, text: str) -> str:
    if isinstance(value, _user_model()):
        return f'<span class="own">{avatar(text, value.pk)}{escape(text)}</span>'
    return _plain(value, text)


def _web_address(value: Any, text: str) -> str:
    if not text.startswith(("https://", "http://")):
        return escape(text)
    return f'<a href="{escape(text)}" target="_blank" rel="noopener noreferrer">{escape(text)}</a>'


def _file(value: Any, text: str) -> str:
    if not isinstance(value, HeldFile):
        return escape(text)
    return f'<a href="{escape(value.url)}" hx-boost="false" data-stay>{escape(text)}</a>'


def _exact(value: datetime.date | datetime.time) -> str:
    """A time for programs, to the minute: seconds and their fractions are a fortieth of a list's weight."""
    return value.isoformat(timespec="minutes") if isinstance(value, datetime.datetime) else value.isoformat()


def _deadline(now: datetime.datetime) -> Shape:
    def draw(value: Any, text: str) -> str:
        told, tone = due(value, now)
        return f'<time class="num{tone}" datetime="{_exact(value)}" title="{escape(text)}">{escape(told)}</time>'

    return draw


def _recent(now: datetime.datetime) -> Shape:
    def draw(value: Any, text: str) -> str:
        told = escape(since(value, now))
        return f'<time class="num t2" datetime="{_exact(value)}" title="{escape(text)}">{told}</time>'

    return draw


SHAPES: dict[str, Shape] = {
    "boolean": lambda value, text: state(text, "green" if value else "gray"),
    "many": lambda value, text: "".join([tag(item, getattr(item, "colour", "gray")) for item in value]),
    "relation": _relation,
    "email": lambda value, text: f'<a href="mailto:{escape(text)}">{escape(text)}</a>',
    "url": _web_address,
    "file": _file,
    "long_text": lambda value, text: f'<span title="{escape(text)}">{escape(text)}</span>',
}


def due(moment: datetime.datetime, now: datetime.datetime) -> tuple[str, str]:
    """A time by which something is to be done, in words of somebody whose clock shows `now`; its colour's class."""
    local, today = moment.astimezone(now.tzinfo), now
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


def since(moment: datetime.datetime, now: datetime.datetime) -> str:
    """A time that has passed, in words of somebody whose clock shows `now`, as far as they tell more than a date."""
    local, today = moment.astimezone(now.tzinfo), now
    minutes, days = int((today - local).total_seconds() // 60), (today.date() - local.date()).days
    if minutes == 0:
        return _("just now")
    if 0 < minutes < 60:
        return ngettext("%(minutes)s minute ago", "%(minutes)s minutes ago", minutes) % {"minutes": minutes}
    if days == 0:
        return _("today %(time)s") % {"time": f"{local:%H:%M}"}
    if days == 1:
        return _("yesterday %(time)s") % {"time": f"{local:%H:%M}"}
    if 1 < days <= IN_DAYS:
        return ngettext("%(days)s day ago", "%(days)s days ago", days) % {"days": days}
    return f"{local:%m-%d}" if local.year == today.year else f"{local:%Y-%m-%d}"
