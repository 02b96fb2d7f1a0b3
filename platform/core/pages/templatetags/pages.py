"""What the generic pages add to the shell's vocabulary: `{% load pages %}`.

{% cell shown resource %}         a value as its kind wants it: state, tags, avatar, link, number, dash when empty
{% to_list url %}                 attributes of a link that changes the list, by swapping that part only
{% sent_to url %}                 attributes of a form that leads to another page
{% preview_line page %}           what the head of a preview says under the name
{% row_operations row %}          what may be done to a row of the list
{% carried params %}              parameters as hidden fields of a form
{% url_of resource "edit" pk %}   the address of one of the resource's pages
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django import template
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.pages.lists import Related, Row
from core.pages.record import RecordPage
from core.records.custom import HeldFile
from core.resources import Resource
from core.resources.columns import Cell
from core.resources.mentions import AT
from core.shell.vocabulary.atoms import avatar, state, tag

register = template.Library()

DASH = format_html('<span class="t4">{}</span>', "—")


@register.simple_tag
def cell(shown: Cell, resource: Resource) -> SafeString:
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
        case "file" if isinstance(value, HeldFile):
            return format_html('<a href="{}" hx-boost="false" data-stay>{}</a>', value.url, shown.text)
        case "long_text":
            return format_html('<span title="{0}">{0}</span>', shown.text)
    if isinstance(value, datetime.datetime) and column.name in resource.deadlines:
        told, tone = due(value)
        return format_html(
            '<time class="num{}" datetime="{}" title="{}">{}</time>', tone, value.isoformat(), shown.text, told
        )
    if isinstance(value, datetime.date | datetime.time):
        return format_html('<time class="num t2" datetime="{}">{}</time>', value.isoformat(), shown.text)
    return format_html("{}", shown.text)


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


@register.filter
def mentions(text: str) -> SafeString:
    """The text with the names after an @ set off."""
    pieces = AT.split(text)
    return format_html_join(
        "",
        "{}",
        ((format_html('<b class="at">@{}</b>', piece) if place % 2 else piece,) for place, piece in enumerate(pieces)),
    )


@register.simple_tag
def preview_line(page: RecordPage) -> SafeString:
    """What the head of a preview says under the name: the record's states, whose it is, when it was changed."""
    parts = [cell(shown, page.resource) for shown in page.state if shown.text]
    told = {"owner": "{label} {text}", "updated_at": _("changed {text}")}
    parts += [
        format_html(told[shown.column.name], label=shown.column.label, text=shown.text)
        for shown in page.operation
        if shown.text and shown.column.name in told
    ]
    return format_html_join(" · ", "{}", ((part,) for part in parts))


@register.simple_tag
def to_list(url: str) -> SafeString:
    """Attributes of a link to another state of the list; the address changes, Back returns."""
    return format_html('href="{0}" hx-get="{0}" hx-target="#list" hx-swap="outerHTML" hx-push-url="true"', url)


@register.simple_tag
def sent_to(url: str) -> SafeString:
    """Attributes of a form that leads to another page; by htmx, so that an expired session asks to sign in first."""
    return format_html(
        'method="post" action="{0}" hx-post="{0}"'
        ' hx-target="#app" hx-select="#app" hx-swap="outerHTML" hx-push-url="true"',
        url,
    )


class _AnyRecord:
    """Stands for the records of all rows that offer the same."""

    pk = 987_654_321_987_654_321

    def __str__(self) -> str:
        return "\ue000"  # a character of nobody's script


@register.simple_tag(takes_context=True)
def row_operations(context: template.Context, row: Row) -> SafeString:
    """What may be done to a row: drawn once for all rows that offer the same, then given each row's key and name.

    Drawn for each row it would be half of the work of a list.
    """
    drawn: dict[Any, str] = context["list"].drawn_operations
    offered = tuple(operation if isinstance(operation, str) else operation.name for operation in row.operations)
    if offered not in drawn and context.template:
        with context.push(row=replace(row, record=_AnyRecord())):
            drawn[offered] = context.template.engine.get_template("pages/parts/list_row_actions.html").render(context)
    text = drawn[offered].replace(str(_AnyRecord.pk), str(row.pk))
    return SafeString(text.replace(str(_AnyRecord()), escape(str(row.record))))


@register.simple_tag
def carried(params: Iterable[tuple[str, str]]) -> SafeString:
    """Parameters of the address as hidden fields, so that a form changes one thing and keeps the others."""
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', params)


@register.simple_tag(takes_context=True)
def related_list(context: template.Context, resource: Resource, rows: Any) -> Related:
    """What a panel of related records shows."""
    return Related(resource, context["user"], rows, context["field"], context["record"])


@register.simple_tag
def url_of(resource: Resource, page: str, *args: Any) -> str:
    """The address of a page of the resource: `{% url_of resource "files" record.pk %}`."""
    return reverse(f"{resource.name}-{page}", args=args)
