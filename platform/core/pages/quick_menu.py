"""快捷菜单: what stands beside the fields of a record, with counts, and what can be added to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from core.access import Actor
from core.pages.collaborators import PANEL as COLLABORATORS
from core.resources import Panel, Resource
from core.resources.panel import related
from core.resources.registry import listed_below


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the 快捷菜单; an empty `panel` is the record's own fields."""

    panel: str
    label: StrOrPromise
    icon: str
    url: str
    active: bool
    count: int | None = None
    hangs: bool = False


def panels_of(resource: Resource, user: Actor) -> list[Panel]:
    """The panels that the user sees on a record's page: what hangs on it, what was declared, its collaborators."""
    hanging = [related(child, field) for child, field in listed_below(resource.model)]
    declared = [*hanging, *resource.panels, *([COLLABORATORS] if resource.collaborative else [])]
    return [panel for panel in declared if not panel.permission or user.access.may(panel.permission)]


def menu_of(panels: Iterable[Panel], shown: Panel | None, record: Any, user: Actor, resource: Resource) -> list[Entry]:
    """The record's own fields, then the panels with their counts; `shown` is the one that is open, None the fields."""
    url = resource.record_url(record)
    hanging = {child.name for child, _field in listed_below(resource.model)}
    basic = Entry("", _("Basic information"), "list-details", url, shown is None)
    return [basic] + [
        Entry(
            panel.name,
            panel.label,
            panel.icon,
            f"{url}?panel={panel.name}",
            panel is shown,
            panel.count(record, user),
            panel.name in hanging,
        )
        for panel in panels
    ]


def addable_to(resource: Resource, record: Any, user: Actor) -> list[Entry]:
    """The forms by which the user may hang something on the record."""
    url = resource.record_url(record)
    return [
        Entry(
            child.name,
            _("New %(what)s") % {"what": child.singular},
            child.icon,
            f"{reverse(f'{child.name}-new')}?{urlencode({field: record.pk, 'next': url})}",
            active=False,
        )
        for child, field in listed_below(resource.model)
        if "add" in child.all_verbs and user.access.may(child.permission("add"))
    ]
