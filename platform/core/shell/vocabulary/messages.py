"""What is told: passing messages, strips inside a page, and why a list is empty."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.shell.vocabulary.atoms import icon

register = template.Library()

LEVELS: dict[str, dict[str, str]] = {
    "success": {"icon": "circle-check"},
    "info": {"icon": "info-circle"},
    "warning": {"icon": "alert-triangle"},
    "error": {"icon": "alert-circle"},
    "debug": {"icon": "bug"},
}
EMPTY = {
    "none": ({"icon": "inbox"}, gettext_lazy("Nothing here yet"), gettext_lazy("What you add will be listed here.")),
    "match": (
        {"icon": "filter-off"},
        gettext_lazy("Nothing matches"),
        gettext_lazy("No record meets all the filters. Remove one, or clear them all."),
    ),
    "search": (
        {"icon": "search-off"},
        gettext_lazy("Nothing found"),
        gettext_lazy("Try fewer words, or the pinyin initials of the name."),
    ),
    "permission": (
        {"icon": "lock"},
        gettext_lazy("Not visible to you"),
        gettext_lazy("Your roles do not show these records. Ask your administrator."),
    ),
    "offline": (
        {"icon": "wifi-off"},
        gettext_lazy("Not loaded"),
        gettext_lazy("The connection was lost. Try again in a moment."),
    ),
}


@register.inclusion_tag("shell/parts/toast.html")
def toast(text: object, level: str = "success", undo_url: str = "", undo_label: object = "") -> dict[str, Any]:
    """A passing message; with `undo_url` it offers to take the step back (a POST) while it is shown."""
    return {
        "text": text,
        "level": level,
        "undo_url": undo_url,
        "undo_label": undo_label,
        **LEVELS.get(level, LEVELS["info"]),
    }


@register.filter
def undo_url(extra_tags: str | None) -> str:
    """The address in a message's extra tags `undo:/…`, or nothing."""
    found = (extra_tags or "").partition("undo:")[2].split(" ")[0]
    return found if found.startswith("/") and not found.startswith("//") else ""


@register.simple_block_tag
def banner(content: SafeString, level: str = "warning", url: str = "", action: object = "") -> SafeString:
    """The strip inside a page that says what to do next. `level`: info, success, warning, danger."""
    drawing = {"info": LEVELS["info"], "success": LEVELS["success"]}.get(level, LEVELS["warning"])
    link = format_html('<a href="{}">{}</a>', url, action) if url else ""
    return format_html(
        '<div class="attn attn-{}">{}<span>{}</span>{}</div>', level, icon(drawing["icon"]), content, link
    )


@register.inclusion_tag("shell/parts/empty.html")
def empty(
    cause: str = "none",
    title: object = "",
    text: object = "",
    clear_url: str = "",
    action_url: str = "",
    action: object = "",
    other_url: str = "",
    other: object = "",
) -> dict[str, Any]:
    """Why a list is empty, and the way on: clear the filters, or add the first record; `other` is a second way."""
    drawing, usual_title, usual_text = EMPTY.get(cause, EMPTY["none"])
    return {
        "cause": cause,
        "title": title or usual_title,
        "text": text or usual_text,
        "clear_url": clear_url,
        "action_url": action_url,
        "action": action or _("Add"),
        "other_url": other_url,
        "other": other,
        **drawing,
    }
