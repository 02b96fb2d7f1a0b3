"""Things with something inside: cards, menus, the side preview, dialogs."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_block_tag
def card(content: SafeString, title: object = "", more: object = "", cls: str = "") -> SafeString:
    """A white card, with a heading when a title is given."""
    heading = (
        format_html(
            '<div class="hd"><h2>{}</h2>{}</div>',
            title,
            format_html('<span class="more">{}</span>', more) if more else "",
        )
        if title
        else ""
    )
    return format_html('<section class="cardx {}">{}{}</section>', cls, heading, content)


@register.simple_block_tag
def dropdown(
    content: SafeString,
    label: object = "",
    icon: str = "",
    kind: str = "light",
    title: object = "",
    cls: str = "",
    end: bool = True,
) -> SafeString:
    """A button that opens a menu; the block holds the list items."""
    context = {"label": label, "icon": icon, "kind": kind, "title": title, "cls": cls, "end": end, "content": content}
    return _render("shell/parts/dropdown.html", context)


@register.simple_block_tag
def drawer(
    content: SafeString,
    title: object,
    sub: object = "",
    full_url: str = "",
    walk: bool = False,
    key: object = None,
    inline_url: str = "",
    record: str = "",
) -> SafeString:
    """The side preview. `full_url` opens the whole page; `walk` adds the buttons to the next rows (J, K).

    Of a record: `key` gives it its avatar, `record` ("users:5") puts it among those last opened, `inline_url` is where
    its values are changed in their place.
    """
    context = {
        "title": title,
        "sub": sub,
        "full_url": full_url,
        "walk": walk,
        "key": key,
        "inline_url": inline_url,
        "record": record,
        "content": content,
    }
    return _render("shell/parts/drawer.html", context)


@register.simple_block_tag
def modal(content: SafeString, title: object, size: str = "", cls: str = "") -> SafeString:
    """A dialog, opened as soon as it is swapped into #dialog. `size`: sm, lg, xl; the block holds body and footer."""
    return _render("shell/parts/modal.html", {"title": title, "size": size, "cls": cls, "content": content})


def _render(name: str, context: dict[str, Any]) -> SafeString:
    return render_to_string(name, context)
