"""The values of a record as its page and its preview show them: section by section, each with where it leads.

Written by Python as the rows of lists are: some thirty values took templates a tenth of a preview's time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from core.access import Actor, FieldRight
from core.pages.cells import drawn
from core.pages.links import link_of
from core.resources import Resource
from core.resources.columns import Cell, cell
from core.shell.vocabulary.atoms import icon

WIDE_KINDS = frozenset({"long_text", "json"})
OPERATION = ("owner", "created_by", "created_at", "updated_at")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with the cells under it, each with the address that it leads to, if any."""

    heading: StrOrPromise
    cells: list[tuple[Cell, str]]


def cells_of(resource: Resource, record: Any, user: Actor, names: Iterable[str]) -> list[Cell]:
    """The named columns of the record, those hidden from the user left out."""
    rights = {name: resource.right(user, name) for name in names}
    return [
        cell(resource.all_columns[name], record, right) for name, right in rights.items() if right > FieldRight.HIDDEN
    ]


def sections_of(resource: Resource, record: Any, user: Actor) -> list[Section]:
    """The record's fields, those hidden from the user left out."""
    groups = resource.groups or {_("Basic information"): list(resource.all_columns)}
    shown = [
        Section(heading, [(each, link_of(each, resource, user)) for each in cells_of(resource, record, user, names)])
        for heading, names in groups.items()
    ]
    return [section for section in shown if section.cells]


def operation_of(resource: Resource, record: Any, user: Actor) -> list[Cell]:
    """Who owns and made the record, and when it was made and changed (操作信息), unless the sections say so."""
    said = {name for names in resource.sections.values() for name in names}
    known = {field.name for field in resource.model._meta.get_fields()}
    rights = {name: resource.right(user, name) for name in OPERATION if name in known and name not in said}
    return [cell(resource.column(name), record, right) for name, right in rights.items() if right > FieldRight.HIDDEN]


def written(
    sections: Iterable[Section], operation: Iterable[Cell], resource: Resource, inline: frozenset[str]
) -> SafeString:
    """The sections as HTML; the values of the fields `inline` can be changed in their place."""
    told = [(str(section.heading), section.cells) for section in sections]
    if made := [(shown, "") for shown in operation]:
        told.append((_("Operation information"), made))
    sign, html = icon("chevron-down"), ""
    for heading, cells in told:
        values = "".join([_value(shown, url, resource, inline) for shown, url in cells])
        html += f'<details class="grp-info" open><summary>{sign}<h2>{escape(heading)}</h2></summary>'
        html += f'<dl class="dl">{values}</dl></details>\n'
    return SafeString(html)


def _value(shown: Cell, url: str, resource: Resource, inline: frozenset[str]) -> str:
    column, html = shown.column, drawn(shown, resource)
    label, changeable = escape(str(column.label)), column.name in inline
    wide = ' class="w"' if column.kind in WIDE_KINDS else ""
    if url:
        html = SafeString(f'<a href="{escape(url)}">{html}</a>')
    edit = ""
    if changeable:
        edit = f'<button type="button" class="ed" data-field-edit aria-label="{_("Edit %(what)s") % {"what": label}}">'
        edit += f"{icon('pencil')}</button>"
    field = " data-field" if changeable else ""
    return f'<div{wide}><dt>{label}</dt><dd data-cell="{column.name}"{field}>{html}</dd>{edit}</div>'
