"""What the generic pages add to the shell's vocabulary: `{% load pages %}`.

{% cell shown resource %}         a value as its kind wants it: state, tags, avatar, link, number, dash when empty
{% to_list url %}                 attributes of a link that changes the list, by swapping that part only
{% sent_to url %}                 attributes of a form that leads to another page
{% preview_line page %}           what the head of a preview says under the name
{% list_rows list %}              the rows of a list; list_headings and column_choices: what stands above them
{% carried params %}              parameters as hidden fields of a form
{% url_of resource "edit" pk %}   the address of one of the resource's pages
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from html import escape
from typing import Any

from django import template
from django.template.loader import get_template
from django.urls import get_urlconf, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.pages.cells import drawn
from core.pages.lists import RecordList, Row
from core.pages.record import RecordPage
from core.pages.related import Related
from core.pages.table import ANY_ADDRESS, ANY_TOKEN, AnyRecord, Pattern, column_choice, heading, to_list_attributes
from core.resources import Resource
from core.resources.action import Action
from core.resources.columns import Cell
from core.resources.mentions import AT

register = template.Library()


@register.simple_tag
def cell(shown: Cell, resource: Resource) -> SafeString:
    """A value of a record as HTML."""
    return drawn(shown, resource)


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
    parts = [drawn(shown, page.resource) for shown in page.state if shown.text]
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
    return SafeString(to_list_attributes(url))


@register.simple_tag
def sent_to(url: str) -> SafeString:
    """Attributes of a form that leads to another page; by htmx, so that an expired session asks to sign in first."""
    return format_html(
        'method="post" action="{0}" hx-post="{0}"'
        ' hx-target="#app" hx-select="#app" hx-swap="outerHTML" hx-push-url="true"',
        url,
    )


@register.simple_tag(takes_context=True)
def list_rows(context: template.Context, shown: RecordList) -> SafeString:
    """The rows of a list. Their boxes, stars and operations are drawn once in a process for all that are alike."""
    pen, language = shown.pen(), get_language()
    place = (shown.resource, shown.has_bulk, shown.starred is not None, language, get_urlconf())
    here = {"address": escape(str(shown.address)), "token": str(context.get("csrf_token", ""))}
    rows = []
    for row in shown.rows:
        name = escape(str(row.record))
        before = _before(*place, row.starred).of(row.pk, name)
        after = _operations(*place, tuple(row.operations)).of(row.pk, name, **here) if shown.has_operations else ""
        rows.append(pen.row(row, name, before, after))
    return SafeString("".join(rows))


@dataclass(frozen=True, slots=True)
class _AnyList:
    """Stands for all lists of which the rows begin with the same."""

    has_bulk: bool
    starred: frozenset[int] | None
    address: str = ANY_ADDRESS


@lru_cache(maxsize=1_000)
def _before(resource: Resource, bulk: bool, stars: bool, language: str, urlconf: str | None, starred: bool) -> Pattern:
    """The box and the star of a row."""
    shown = _AnyList(bulk, frozenset() if stars else None)
    return _drawn("list_row_start", resource, {"list": shown, "record": AnyRecord(), "starred": starred})


@lru_cache(maxsize=1_000)
def _operations(
    resource: Resource, bulk: bool, stars: bool, language: str, urlconf: str | None, offered: tuple[str | Action, ...]
) -> Pattern:
    """What may be done to a row."""
    row = Row(AnyRecord(), "", offered)
    return _drawn("list_row_actions", resource, {"list": _AnyList(bulk, None), "row": row})


def _drawn(name: str, resource: Resource, values: dict[str, Any]) -> Pattern:
    """Drawn with nothing of the request, so that it serves all."""
    part = get_template(f"pages/parts/{name}.html")
    return Pattern(part.render({**values, "resource": resource, "csrf_token": ANY_TOKEN}).strip())


@register.simple_tag
def list_headings(shown: RecordList) -> SafeString:
    """The heads of a list's columns, which sort it."""
    return SafeString(
        "".join([heading(head, frozen=place < shown.frozen) for place, head in enumerate(shown.headings)])
    )


@register.simple_tag
def column_choices(shown: RecordList) -> SafeString:
    """The lines of the column chooser."""
    move = escape(_("Move"))
    return SafeString("".join([column_choice(choice, move) for choice in shown.choosable]))


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
    name = f"{resource.name}-{page}"
    return reverse(name, args=args) if args else _page_url(get_urlconf(), name)


@cache
def _page_url(urlconf: str | None, name: str) -> str:
    return reverse(name, urlconf)
