"""The vocabulary of every page: `{% load shell %}`.

Small things
    {% icon "users" %}                                  a Tabler icon; the build collects names written so
    {% avatar user.name user.pk size=28 %}              initial on a colour of the key; square=True for records
    {% state _("Active") "green" %}                     a dot and a word: blue green amber red violet cyan gray
    {% tag _("VIP") "violet" %}                         a pastel label in the same colours
    {% badge 3 key="inbox" %}                           a red count, kept live by its key; hidden at 0
    {% button _("Save") kind="primary" icon="check" %}  kinds: primary light ghost danger link; url= makes a link;
                                                        every further name becomes an attribute (hx_get=… → hx-get)
    {% progress 3 5 label=_("Set up") %}                a bar; value None shows work of unknown length
    {% skeleton rows=5 %}                               grey lines while a part loads
    {% stat _("Due") "¥ 1,200" tone="amber" %}          a figure with its name, in `.kv`
    {% empty "match" clear_url="?" %}                   why a list is empty: none, match, permission, search, offline

Blocks
    {% card _("Title") more=… %} … {% endcard %}
    {% banner "warning" url=… action=… %} … {% endbanner %}    the next-best strip inside a page (`.attn`)
    {% dropdown _("More") icon="dots" %} <li>…</li> {% enddropdown %}
    {% drawer _("Title") id="preview" %} … {% enddrawer %}      answer of a part aimed at #drawer
    {% modal _("Title") %} … {% endmodal %}                     answer of a part aimed at #dialog; size= sm lg xl

Attributes
    <button {% confirm _("Delete 3 users?") detail=_("…") action=_("Delete") danger=True %}>   asks before it acts

Lists
    {% tabs views %}            saved views: things with label, url, active and count
    {% pager paging %}          the manual's footer with page size and page links (a core.shell.paging.Paging);
                                target="#list" makes the links swap that part only
Forms
    {% fields form %}           hidden fields, form errors and every field in the two-column grid
    {% field form.name %}       label, star, control, help, errors (the same as `{{ form.name.as_field_group }}`)
    {{ form.name|control }}     the control alone

Behaviours that markup asks for by attribute
    data-confirm …              asks first (`{% confirm %}` writes them)
    data-draft="user:7"         on a form: what is typed is kept on the device and offered again; leaving asks
    data-list, data-row, data-pick, data-bulk, data-preview, data-url, data-column   lists, see js/list.js
    data-star="/url"            a star shown at once; posts `on`
    data-order with data-grip   a list whose items are dragged or moved by arrows; sends `reordered`
    data-tree, data-move, data-checks   trees, see js/tree.js
    data-new, data-edit, data-refresh, data-search, data-go="u"   what C, E, R, / and G U press
    data-drop                   a place to drop files; data-send-on-change sends the form of a field
    data-badge="inbox"          a count that the socket keeps; data-job="7" is told `refresh` when the job moves on
    data-copy="text"            copies; data-reveal="id" shows a password field
    hx-target="#drawer" / "#dialog"    where `{% drawer %}` and `{% modal %}` open; events close-drawer, close-dialog
    Links inside #app change the page without loading it; hx-boost="false" on those that lead to files.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any
from urllib.parse import quote

from django import template
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.forms import BaseForm, BoundField, CheckboxSelectMultiple, FileInput, SelectMultiple, Textarea
from django.forms.utils import flatatt
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.shell.colours import avatar_class
from core.shell.forms import control as render_control
from core.shell.forms import kind
from core.shell.paging import EXACT_TO, Paging

register = template.Library()

COLOURS = ("blue", "green", "amber", "red", "violet", "cyan", "gray")
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
    """The first character of a name on a colour that stays with `key` (the name itself without one)."""
    text = str(name or "").strip()
    classes = "av" + (f" av-{size}" if size != 22 else "") + (" av-sq" if square else "")
    return format_html(
        '<span class="{} {}" aria-hidden="true">{}</span>',
        classes,
        avatar_class(text if key is None else key),
        text[:1].upper(),
    )


@register.simple_tag
def state(label: object, colour: str = "gray") -> SafeString:
    """A state: a coloured dot and its word."""
    return format_html('<span class="st c-{}">{}</span>', _colour(colour), label)


@register.simple_tag
def tag(label: object, colour: str = "gray") -> SafeString:
    """A pastel label."""
    return format_html('<span class="tag tag-{}">{}</span>', _colour(colour), label)


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


@register.inclusion_tag("shell/parts/empty.html")
def empty(
    cause: str = "none",
    title: object = "",
    text: object = "",
    clear_url: str = "",
    action_url: str = "",
    action: object = "",
) -> dict[str, Any]:
    """Why a list is empty, and the way on: clear the filters, or add the first record."""
    drawing, usual_title, usual_text = EMPTY.get(cause, EMPTY["none"])
    return {
        "cause": cause,
        "title": title or usual_title,
        "text": text or usual_text,
        "clear_url": clear_url,
        "action_url": action_url,
        "action": action or _("Add"),
        **drawing,
    }


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
def banner(content: SafeString, level: str = "warning", url: str = "", action: object = "") -> SafeString:
    """The strip inside a page that says what to do next. `level`: info, success, warning, danger."""
    drawing = {"info": LEVELS["info"], "success": LEVELS["success"]}.get(level, LEVELS["warning"])
    link = format_html('<a href="{}">{}</a>', url, action) if url else ""
    return format_html(
        '<div class="attn attn-{}">{}<span>{}</span>{}</div>', level, icon(drawing["icon"]), content, link
    )


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
def drawer(content: SafeString, title: object, sub: object = "", full_url: str = "", walk: bool = False) -> SafeString:
    """The side preview. `full_url` opens the whole page; `walk` adds the buttons to the next rows (J, K)."""
    context = {"title": title, "sub": sub, "full_url": full_url, "walk": walk, "content": content}
    return _render("shell/parts/drawer.html", context)


@register.simple_block_tag
def modal(content: SafeString, title: object, size: str = "", cls: str = "") -> SafeString:
    """A dialog, opened as soon as it is swapped into #dialog. `size`: sm, lg, xl; the block holds body and footer."""
    return _render("shell/parts/modal.html", {"title": title, "size": size, "cls": cls, "content": content})


def _render(name: str, context: dict[str, Any]) -> SafeString:
    return render_to_string(name, context)


@register.inclusion_tag("shell/parts/tabs.html")
def tabs(items: Iterable[Any], label: object = "", target: str = "", pushed: bool = True) -> dict[str, Any]:
    """Tabs over a page: things with label, url, active and perhaps count; `pushed` as the page's address."""
    return {"items": items, "label": label or _("Views"), "target": target, "pushed": pushed}


@register.inclusion_tag("shell/parts/pager.html", takes_context=True)
def pager(context: template.Context, paging: Paging, target: str = "", summary: object = "") -> dict[str, Any]:
    """The footer of a list. Links keep the other parameters of the address; `summary` is a text such as a total."""
    request = context["request"]

    def url(**changes: object) -> str:
        query = request.GET.copy()
        for name, value in changes.items():
            query[name] = str(value)
        return f"{quote(request.path)}?{query.urlencode()}"

    return {
        "paging": paging,
        "exact_to": f"{EXACT_TO:,}",
        "pages": [(number, url(page=number) if number else "") for number in paging.window],
        "sizes": [(size, url(size=size, page=1)) for size in paging.sizes],
        "previous": url(page=paging.page - 1) if paging.page > 1 else "",
        "next": url(page=paging.page + 1) if paging.has_next else "",
        "target": target,
        "summary": summary,
    }


@register.simple_tag
def fields(form: BaseForm) -> SafeString:
    """Hidden fields, errors of the whole form, and every field in the form grid."""
    return form.render("shell/forms/form.html")


@register.simple_tag
def field(bound: BoundField) -> SafeString:
    """One field: label, star when required, control, help and errors."""
    return bound.as_field_group()


@register.filter
def control(bound: BoundField) -> SafeString:
    """The control of a field alone, with the classes of its kind."""
    return render_control(bound)


@register.filter
def control_kind(bound: BoundField) -> str:
    """The kind of a field's control: text, select, check, switch, options, file or picker."""
    return kind(bound.field.widget)


@register.filter
def is_wide(bound: BoundField) -> bool:
    """Whether a field takes the whole width of the form grid: long texts, files, option lists, several of many."""
    widget = bound.field.widget
    return (
        isinstance(widget, Textarea | SelectMultiple | CheckboxSelectMultiple | FileInput)
        or "data-wide" in widget.attrs
    )


@register.filter
def grouped(number: int) -> str:
    """A count with separators: 1,286."""
    return f"{number:,}"
