"""What stands on a record's page beside its fields: lists of what hangs on it, files, the log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from core.access import Actor

if TYPE_CHECKING:
    from core.resources.resource import Resource


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the record page, named in its 快捷菜单 with a count.

    `template` is rendered with `record`, `resource`, `panel` and what `context(record, user)` returns. `count` gives
    the number shown, or None for none. The panel is shown to users who have `permission`; empty: to all who see the
    record.
    """

    name: str
    label: StrOrPromise
    icon: str
    template: str
    context: Callable[[Any, Actor], Mapping[str, Any]]
    count: Callable[[Any, Actor], int | None] = lambda record, user: None
    permission: str = ""


def related(resource: Resource, field: str, *, label: StrOrPromise = "") -> Panel:
    """The rows of another resource whose `field` points to this record, as far as the viewer sees them."""

    def rows(record: Any, user: Actor) -> Any:
        return resource.rows(user, "view").filter(**{field: record})

    return Panel(
        resource.name,
        label or resource.label,
        resource.icon,
        "pages/panels/related.html",
        context=lambda record, user: {"related": resource, "rows": rows(record, user), "field": field},
        count=lambda record, user: rows(record, user).count(),
        permission=resource.permission("view"),
    )


def files() -> Panel:
    """The attachments (附件) of the record."""
    from core.records.attachments import attachments_of

    return Panel(
        "files",
        _("Attachments"),
        "paperclip",
        "pages/panels/files.html",
        context=lambda record, user: {"attachments": attachments_of(record)},
        count=lambda record, user: attachments_of(record).count(),
    )


def history() -> Panel:
    """The lines of the log (操作日志) about the record."""
    return Panel("history", _("Operation log"), "history", "pages/panels/history.html", context=lambda record, user: {})
