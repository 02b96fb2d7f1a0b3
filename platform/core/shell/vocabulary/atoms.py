"""Small things: icons, avatars, states, labels, buttons, figures."""

from __future__ import annotations

from functools import cache, lru_cache
from html import escape
from typing import Any, cast

from django import template
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.forms.utils import flatatt
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from core.shell.colours import avatar_class

register = template.Library()

COLOURS = ("blue", "green", "amber", "red", "violet", "cyan", "gray")


def _attributes(named: dict[str, Any]) -> SafeString:
    """Keyword arguments as HTML attributes: `hx_get` becomes `hx-get`; True stands alone, None and False vanish."""
    return flatatt({name.rstrip("_").replace("_", "-"): value for name, value in named.items() if value is not None})


def _colour(name: str) -> str:
    return name if name in COLOURS else "gray"


@register.simple_tag
@cache
def asset(path: str) -> str:
    """The address of a static file of the shell; of one not built yet too, so that pages render without a build."""
    try:
        return staticfiles_storage.url(f"shell/{path}")
    except ValueError:  # the manifest lists built files only
        return f"{settings.STATIC_URL}shell/{path}"


@register.simple_tag
@lru_cache(512)  # a list draws the same few icons in every row
def icon(name: str, cls: str = "") -> SafeString:
    """A Tabler icon from the sprite, hidden from screen readers: the words beside it speak."""
    return format_html(
        '<svg class="ic{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        f" {cls}" if cls else "",
        asset("build/icons.svg"),
        name,
    )


@register.simple_tag
def avatar(name: object, key: object = None, size: int = 22, square: bool = False) -> SafeString:
    """The first character of a name on a colour that stays with `key` (the name itself without one).

    What is given a colour by its users (a tag) has that one.
    """
    text = str(name or "").strip()
    classes = "av" + (f" av-{size}" if size != 22 else "") + (" av-sq" if square else "")
    own = getattr(name, "colour", "")
    colour = f"tag-{own}" if own in COLOURS else avatar_class(text if key is None else key)
    return SafeString(f'<span class="{classes} {colour}" aria-hidden="true">{escape(text[:1].upper())}</span>')


@register.simple_tag
def state(label: object, colour: str = "gray") -> SafeString:
    """A state: a coloured dot and its word."""
    return SafeString(f'<span class="st c-{_colour(colour)}">{conditional_escape(cast(Any, label))}</span>')


@register.simple_tag
def tag(label: object, colour: str = "gray") -> SafeString:
    """A pastel label."""
    return SafeString(f'<span class="tag tag-{_colour(colour)}">{conditional_escape(cast(Any, label))}</span>')


@register.simple_tag
def badge(count: int | None, key: str = "") -> SafeString:
    """A red count; with a key it is there at 0 too, hidden, for the socket to raise."""
    if not count and not key:
        return SafeString("")
    shown = "99+" if count and count > 99 else str(count or 0)
    return format_html(
        '<span class="dot num"{}>{}</span>',
        _attributes({"data_badge": key or None, "hidden": not count}),
        shown,
    )


@register.simple_tag
def button(
    label: object = "",
    kind: str = "light",
    icon: str = "",
    url: str = "",
    size: str = "",
    title: object = "",
    cls: str = "",
    **named: Any,
) -> SafeString:
    """A button, or a link that looks like one when `url` is given. Without a label, `title` names it."""
    classes = (
        f"btn btn-{kind}"
        + (f" btn-{size}" if size else "")
        + ("" if label else " btn-icon")
        + (f" {cls}" if cls else "")
    )
    drawing = _icon(icon) if icon else ""
    hint = {"title": title or None, "aria_label": title if not label else None}
    if url:
        return format_html(
            '<a class="{}" href="{}"{}>{}{}</a>', classes, url, _attributes(hint | named), drawing, label
        )
    named.setdefault("type", "button")
    return format_html('<button class="{}"{}>{}{}</button>', classes, _attributes(hint | named), drawing, label)


_icon = icon


@register.simple_tag
def confirm(question: object, detail: object = "", action: object = "", danger: bool = False) -> SafeString:
    """Attributes of a button, link or form that asks before it acts.

    `detail` says what will happen, `action` is the word on the button that goes on.
    """
    return _attributes(
        {
            "data_confirm": question,
            "data_confirm_detail": detail or None,
            "data_confirm_action": action or None,
            "data_confirm_danger": danger,
        }
    )


@register.simple_tag
def progress(value: float | None, maximum: float = 100, label: object = "", tone: str = "") -> SafeString:
    """A bar; with value None, work whose length is unknown."""
    attributes = {
        "class": f"bar{' bar-' + tone if tone else ''}",
        "max": maximum,
        "value": value,
        "aria_label": label or None,
    }
    return format_html("<progress{}></progress>", _attributes(attributes))


@register.inclusion_tag("shell/parts/skeleton.html")
def skeleton(rows: int = 4) -> dict[str, Any]:
    """Grey lines in place of a part that is loading."""
    return {"rows": range(rows)}


@register.simple_tag
def stat(label: object, value: object, tone: str = "") -> SafeString:
    """A figure and its name; `tone` is amber, red or green."""
    return format_html(
        '<div class="x"><small>{}</small><b class="num{}">{}</b></div>', label, f" txt-{tone}" if tone else "", value
    )


@register.filter
def grouped(number: int) -> str:
    """A count with separators: 1,286."""
    return f"{number:,}"
